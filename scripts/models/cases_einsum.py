"""Test models: Einsum, Det, blocks of pixels as channels, many parts."""

from __future__ import annotations

from test_case import CaseGraph, case


def _einsum(graph: CaseGraph, equation: str, *shapes: list[int]) -> None:
    inputs = [graph.input(f"x{index}", shape) for index, shape in enumerate(shapes)]
    graph.result(graph.node("Einsum", inputs, equation=equation))


@case("Einsum of a batch of products, the second transposed")
def einsum_batch(graph: CaseGraph) -> None:
    _einsum(graph, "bhqd, bhkd -> bhqk", [2, 3, 4, 5], [2, 3, 6, 5])


@case("Einsum whose rows, columns and sums have several dimensions each, in mixed order")
def einsum_mixed(graph: CaseGraph) -> None:
    _einsum(graph, "ibajc,cdbk->kibdj", [2, 3, 4, 2, 5], [5, 3, 3, 2])


@case("Einsum with a constant as second operand")
def einsum_dense(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 5, 6])
    graph.result(graph.node("Einsum", [x, graph.random("w", [6, 2, 3])], equation="btd,dhk->bthk"))


@case("Einsum of three operands")
def einsum_three(graph: CaseGraph) -> None:
    _einsum(graph, "ij,jk,kl->il", [3, 4], [4, 5], [5, 2])


@case("Einsum of one operand: implicit output in alphabetical order")
def einsum_implicit(graph: CaseGraph) -> None:
    _einsum(graph, "ba", [3, 4])


@case("Einsum of one operand: a sum over two dimensions")
def einsum_sum(graph: CaseGraph) -> None:
    _einsum(graph, "ijk->j", [3, 4, 5])


@case("Einsum of vectors: inner product, without an arrow")
def einsum_inner(graph: CaseGraph) -> None:
    _einsum(graph, "i,i", [7], [7])


@case("Einsum of vectors: outer product")
def einsum_outer(graph: CaseGraph) -> None:
    _einsum(graph, "i,j->ji", [3], [4])


@case("Einsum with a label that repeats: the diagonal of a batch of matrices, and the trace")
def einsum_diagonal(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 5, 5])
    graph.result(graph.node("Einsum", [x], equation="...ii->...i"), "diagonal")
    graph.result(graph.node("Einsum", [x], equation="bii->b"), "trace")


@case("Einsum with ellipses that broadcast both ways")
def einsum_ellipsis(graph: CaseGraph) -> None:
    _einsum(graph, "...ij,...jk->...ik", [2, 1, 3, 4], [1, 5, 4, 6])


@case("Einsum whose equation does not fit its inputs", error=("Einsum", "equation"), runs=False)
def einsum_rank(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4])
    graph.output(graph.node("Einsum", [x], equation="ijk->i", output="y"), None)


@case("Det of one matrix of two rows and of a batch of three")
def determinant(graph: CaseGraph) -> None:
    one, batch = graph.input("one", [2, 2]), graph.input("batch", [4, 3, 3])
    graph.result(graph.node("Det", [one]), "one_out")
    graph.result(graph.node("Det", [batch]), "batch_out")


@case("Det of more rows than are supported", error=("Det", "4x4", "3 rows"))
def determinant_large(graph: CaseGraph) -> None:
    graph.result(graph.node("Det", [graph.input("x", [4, 4])]))


@case("DepthToSpace in both modes behind a convolution")
def depth_to_space(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5])
    y = graph.node("Conv", [x, graph.random("w", [12, 3, 1, 1])])
    graph.result(graph.node("DepthToSpace", [y], blocksize=2), "dcr")
    graph.result(graph.node("DepthToSpace", [y], blocksize=2, mode="CRD"), "crd")


@case("SpaceToDepth in front of a convolution")
def space_to_depth(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 6])
    y = graph.node("SpaceToDepth", [x], blocksize=2)
    graph.result(y, "moved")
    graph.result(graph.node("Conv", [y, graph.random("w", [2, 12, 1, 1])]))


@case("DepthToSpace of channels that are no blocks", error=("DepthToSpace", "6 channels"), runs=False)
def depth_to_space_uneven(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 2, 2])
    graph.output(graph.node("DepthToSpace", [x], blocksize=2, output="y"), None)


@case("Concat of 70 inputs: more than one operator takes")
def concat_many(graph: CaseGraph) -> None:
    a, b = graph.input("a", [2, 1, 3]), graph.input("b", [2, 2, 3])
    graph.result(graph.node("Concat", [a, b] * 35, axis=1))
