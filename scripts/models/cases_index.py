"""Test models: operators that find, order, gather and scatter elements by indices."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from test_case import CaseGraph, case

INT32, INT64 = TensorProto.INT32, TensorProto.INT64


def _distinct(graph: CaseGraph, values: object) -> str:
    """These indices, known only when the model runs: they are added to an input of zeros."""
    shape = list(np.shape(values))
    zeros = graph.input("zeros", shape, INT64, "integers(0, 1)")
    return graph.node("Add", [zeros, graph.constant(values, np.int64)])


@case("ArgMax and ArgMin over the first, a middle and the last axis, with and without keepdims")
def arg_reductions(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 5, 19])
    graph.result(graph.node("ArgMax", [x]), "first", INT64)
    graph.result(graph.node("ArgMin", [x], axis=1, keepdims=0), "middle", INT64)
    graph.result(graph.node("ArgMax", [x], axis=-1, keepdims=0), "last", INT64)
    graph.result(graph.node("ArgMin", [x], axis=2, keepdims=1), "kept", INT64)


@case("ArgMax and ArgMin where elements are equal: the first or the last index, of whole numbers, too")
def arg_ties(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 11], INT32, "integers(0, 3)")
    graph.result(graph.node("ArgMax", [x], axis=1), "first", INT64)
    graph.result(graph.node("ArgMax", [x], axis=1, select_last_index=1, keepdims=0), "last", INT64)
    graph.result(graph.node("ArgMin", [graph.node("Cast", [x], to=TensorProto.FLOAT)], select_last_index=1), "y", INT64)


@case("ArgMax over the channels of a convolution, as a segmentation model ends")
def arg_max_channels(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 8, 8])
    y = graph.node("Conv", [x, graph.random("w", [5, 3, 3, 3])], pads=[1, 1, 1, 1])
    graph.result(graph.node("ArgMax", [y], axis=1, keepdims=0), "y", INT64)


@case("TopK: the largest along the last axis, the smallest along the first, and the largest alone")
def top_k(graph: CaseGraph) -> None:
    x = graph.input("x", [6, 21])
    values, indices = graph.nodes("TopK", [x, graph.indices("five", 5)], 2)
    graph.result(values, "values")
    graph.result(indices, "indices", INT64)
    values, indices = graph.nodes("TopK", [x, graph.indices("three", 3)], 2, axis=0, largest=0)
    graph.result(values, "least")
    graph.result(indices, "least_indices", INT64)
    graph.result(graph.nodes("TopK", [x, graph.indices("one", 1)], 2, axis=-1)[0], "greatest")


@case("TopK of equal elements: smaller indices first; its values or its indices are not read", opset=11, ir_version=6)
def top_k_ties(graph: CaseGraph) -> None:
    x = graph.node("Floor", [graph.input("x", [3, 10], recipe="uniform(0, 4)")])
    graph.result(graph.nodes("TopK", [x, graph.indices("k", 10)], 2, axis=1)[1], "indices", INT64)
    graph.result(graph.nodes("TopK", [x, graph.indices("m", 4)], 2, axis=1, largest=0)[0], "values")


@case("TopK of as many elements as an input says", error=("TopK", "/TopK", "its k must be a constant"), runs=False)
def top_k_open(graph: CaseGraph) -> None:
    x, k = graph.input("x", [8]), graph.input("k", [1], INT64, "integers(1, 8)")
    graph.output(graph.nodes("TopK", [x, k], 2, outputs=["y", "indices"])[0], ["n"])


@case("CumSum along both axes, inclusive and exclusive, forwards and backwards, and of whole numbers")
def cum_sum(graph: CaseGraph) -> None:
    x = graph.input("x", [5, 23])
    ids = graph.input("ids", [2, 7], INT64, "integers(0, 2)")
    rows, columns = graph.constant(0, np.int64), graph.constant(-1, np.int32)
    graph.result(graph.node("CumSum", [x, columns]), "columns")
    graph.result(graph.node("CumSum", [x, rows], exclusive=1), "exclusive")
    graph.result(graph.node("CumSum", [x, columns], reverse=1), "reverse")
    graph.result(graph.node("CumSum", [x, columns], reverse=1, exclusive=1), "both")
    graph.result(graph.node("CumSum", [ids, columns]), "positions", INT64)


@case("OneHot with a new last axis and negative indices")
def one_hot(graph: CaseGraph) -> None:
    ids = graph.input("ids", [3, 4], INT64, "integers(-6, 6)")
    graph.result(graph.node("OneHot", [ids, graph.constant(6, np.int64), graph.constant([-1.0, 2.0])]))


@case("OneHot with a new first and a new middle axis, of float indices, and values that are an input")
def one_hot_axes(graph: CaseGraph) -> None:
    ids = graph.input("ids", [2, 5], INT64, "integers(-4, 4)")
    values = graph.input("values", [2])
    depth = graph.constant([4], np.int64)
    graph.result(graph.node("OneHot", [ids, depth, values], axis=0), "first")
    floats = graph.node("Cast", [ids], to=TensorProto.FLOAT)
    graph.result(graph.node("OneHot", [floats, graph.constant(4.0), graph.constant([0.0, 1.0])], axis=1), "middle")


@case("Hardmax along the last and a middle axis")
def hardmax(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4, 5])
    graph.result(graph.node("Hardmax", [x]), "last")
    graph.result(graph.node("Hardmax", [x], axis=1), "middle")


@case(
    "opset 11: Hardmax over all dimensions from the axis on", opset=11, ir_version=6,
    equivalent=lambda graph: _flat_hardmax(graph),
)  # fmt: skip
def hardmax_opset11(graph: CaseGraph) -> None:
    graph.result(graph.node("Hardmax", [graph.input("x", [3, 4, 5])]))


def _flat_hardmax(graph: CaseGraph) -> None:
    flat = graph.node("Reshape", [graph.input("x", [3, 4, 5]), graph.indices("flat", 3, 20)])
    graph.result(graph.node("Reshape", [graph.node("Hardmax", [flat]), graph.indices("full", 3, 4, 5)]))


@case("Trilu: the upper and the lower triangle, shifted both ways, of a batch and of whole numbers")
def trilu(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 4, 5])
    ids = graph.input("ids", [4, 3], INT64, "integers(1, 9)")
    graph.result(graph.node("Trilu", [x]), "upper")
    graph.result(graph.node("Trilu", [x, graph.constant(-2, np.int64)]), "upper_shifted")
    graph.result(graph.node("Trilu", [x, graph.constant(1, np.int64)], upper=0), "lower_shifted")
    graph.result(graph.node("Trilu", [ids], upper=0), "lower", INT64)


@case("EyeLike of the input's type and of another, with a shifted diagonal")
def eye_like(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4])
    ids = graph.input("ids", [4, 4], INT64, "integers(1, 9)")
    graph.result(graph.node("Add", [x, graph.node("EyeLike", [x], k=1)]), "shifted")
    graph.result(graph.node("MatMul", [x, graph.node("EyeLike", [ids], dtype=TensorProto.FLOAT, k=-1)]), "moved")
    graph.result(graph.node("Add", [ids, graph.node("EyeLike", [ids])]), "whole", INT64)


@case("GatherElements along both axes, negative indices, constant ones")
def gather_elements(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 7])
    rows = graph.input("rows", [9, 7], INT64, "integers(-4, 4)")
    columns = graph.input("columns", [4, 6], INT32, "integers(-7, 7)")
    graph.result(graph.node("GatherElements", [x, rows]), "rows_y")
    graph.result(graph.node("GatherElements", [x, columns], axis=1), "columns_y")
    known = graph.constant([[0, -1], [3, 2], [6, 6], [-7, 1]], np.int64)
    graph.result(graph.node("GatherElements", [x, known], axis=1), "known_y")


@case("GatherND: rows and single elements, negative indices, indices that are constant")
def gather_nd(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 3, 5])
    rows = graph.input("rows", [2, 6, 2], INT64, "integers(-3, 3)")
    elements = graph.input("elements", [7, 3], INT64, "integers(-3, 3)")
    graph.result(graph.node("GatherND", [x, rows]), "rows_y")
    graph.result(graph.node("GatherND", [x, elements]), "elements_y")
    known = graph.constant([[-1], [0], [2]], np.int64)
    graph.result(graph.node("GatherND", [x, known]), "known_y")


@case("GatherND with one and with two batch dimensions")
def gather_nd_batch(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5])
    one = graph.input("one", [2, 6, 2], INT64, "integers(-3, 3)")
    two = graph.input("two", [2, 3, 1], INT64, "integers(-4, 4)")
    graph.result(graph.node("GatherND", [x, one], batch_dims=1), "one_y")
    graph.result(graph.node("GatherND", [x, two], batch_dims=2), "two_y")


@case("ScatterElements by indices that are known only when the model runs, along both axes, fewer than the data")
def scatter_elements(graph: CaseGraph) -> None:
    x = graph.input("x", [5, 6])
    indices = _distinct(graph, [[4, 1, -3], [0, 2, 3]])
    graph.result(graph.node("ScatterElements", [x, indices, graph.input("rows", [2, 3])]), "rows_y")
    graph.result(graph.node("ScatterElements", [x, indices, graph.input("columns", [2, 3])], axis=-1), "columns_y")


@case("ScatterElements that adds, several updates to one element", opset=16)
def scatter_elements_add(graph: CaseGraph) -> None:
    x, updates = graph.input("x", [5, 6]), graph.input("updates", [5, 9])
    indices = graph.input("indices", [5, 9], INT64, "integers(-6, 6)")
    graph.result(graph.node("ScatterElements", [x, indices, updates], axis=1, reduction="add"))


def _scatter_products(graph: CaseGraph, by_elements: bool = True) -> None:
    x, updates = graph.input("x", [5, 6]), graph.input("updates", [5, 9])
    indices = graph.input("indices", [5, 9], INT64, "integers(-6, 6)")
    if by_elements:
        graph.result(graph.node("ScatterElements", [x, indices, updates], axis=1, reduction="mul"))
        return
    rows = graph.constant(np.arange(5).repeat(9).reshape(5, 9, 1), np.int64)
    columns = graph.node("Unsqueeze", [indices, graph.indices("last", -1)])
    pairs = graph.node("Concat", [rows, columns], axis=-1)
    graph.result(graph.node("ScatterND", [x, pairs, updates], reduction="mul"))


@case(
    "ScatterElements that multiplies, several updates to one element", opset=16,
    equivalent=lambda graph: _scatter_products(graph, by_elements=False),
)  # fmt: skip
def scatter_elements_mul(graph: CaseGraph) -> None:
    _scatter_products(graph)


@case("ScatterElements by constant indices: replace, add, and add several to one element")
def scatter_elements_known(graph: CaseGraph) -> None:
    x, updates = graph.input("x", [4, 5]), graph.input("updates", [2, 3])
    apart = graph.constant([[3, -1, 0], [1, 0, 2]], np.int64)
    together = graph.constant([[1, 1, 0], [1, 0, 0]], np.int64)
    graph.result(graph.node("ScatterElements", [x, apart, updates]), "replaced")
    graph.result(graph.node("ScatterElements", [x, apart, updates], axis=1, reduction="add"), "sum")
    graph.result(graph.node("ScatterElements", [x, together, updates], reduction="add"), "together")


@case("ScatterND by indices that are known only when the model runs: rows and single elements")
def scatter_nd(graph: CaseGraph) -> None:
    x = graph.input("x", [6, 3, 4])
    indices = _distinct(graph, [[4, 1], [-6, -1], [2, 0]])
    graph.result(graph.node("ScatterND", [x, indices, graph.input("rows", [3, 4])]), "rows_y")
    table = graph.input("table", [6, 3])
    graph.result(graph.node("ScatterND", [table, indices, graph.input("elements", [3])]), "elements_y")


@case("ScatterND that adds and multiplies, several updates to one row", opset=16)
def scatter_nd_reduce(graph: CaseGraph) -> None:
    x, updates = graph.input("x", [4, 3, 5]), graph.input("updates", [2, 7, 3, 5])
    indices = graph.input("indices", [2, 7, 1], INT64, "integers(-4, 4)")
    graph.result(graph.node("ScatterND", [x, indices, updates], reduction="add"), "sum")
    graph.result(graph.node("ScatterND", [x, indices, updates], reduction="mul"), "product")


@case("ScatterND by constant indices: a slice that is written, rows that are multiplied, all rows replaced")
def scatter_nd_known(graph: CaseGraph) -> None:
    x, updates = graph.input("x", [4, 5]), graph.input("updates", [2, 5])
    rows = graph.constant([[2], [-4]], np.int64)
    graph.result(graph.node("ScatterND", [x, rows, updates]), "written")
    graph.result(graph.node("ScatterND", [x, rows, updates], reduction="mul"), "product")
    elements = graph.constant([[[0, 1], [0, 2]], [[3, 1], [3, 2]]], np.int64)
    graph.result(graph.node("ScatterND", [x, elements, graph.input("block", [2, 2])]), "block_y")
    graph.result(graph.node("ScatterND", [updates, graph.constant([[1], [0]], np.int64), updates]), "swapped")


@case("Compress by a constant condition, along an axis, along the last one, and of all elements")
def compress(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4])
    graph.result(graph.node("Compress", [x, graph.constant([True, False, True], np.bool_)], axis=0), "rows")
    graph.result(graph.node("Compress", [x, graph.constant([False, True], np.bool_)], axis=-1), "columns")
    graph.result(graph.node("Compress", [x, graph.constant([False, True, True, False, True], np.bool_)]), "elements")


@case("NonZero and Unique of constants, with and without an axis, sorted and not")
def known_selections(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 3])
    places = graph.node("NonZero", [graph.constant([[1, 0, 2], [0, 0, 3]], np.int64)])
    graph.result(graph.node("Gather", [x, places]), "places")
    table = graph.constant([[2, 1, 2], [0, 5, 0], [2, 1, 2], [0, 5, 1]])
    rows, first, inverse, counts = graph.nodes("Unique", [table], 4, axis=0)
    graph.result(graph.node("MatMul", [x, graph.node("Transpose", [rows])]), "rows")
    graph.result(graph.node("Gather", [x, first]), "first")
    graph.result(graph.node("Gather", [x, inverse], axis=0), "inverse")
    graph.result(counts, "counts", INT64)
    graph.result(graph.nodes("Unique", [graph.constant([3.0, 1.0, 3.0, 2.0])], 2, sorted=0)[0], "elements")


@case("NonZero of an input: its shape depends on data", error=("NonZero", "/NonZero", "known only when"), runs=False)
def non_zero_open(graph: CaseGraph) -> None:
    graph.output(graph.node("NonZero", [graph.input("x", [3, 4])], output="y"), [2, "n"], INT64)


@case("Compress by a condition that is an input", error=("Compress", "its condition must be a constant"), runs=False)
def compress_open(graph: CaseGraph) -> None:
    x, condition = graph.input("x", [3, 4]), graph.input("condition", [3], TensorProto.BOOL, "integers(0, 2)")
    graph.output(graph.node("Compress", [x, condition], axis=0, output="y"), ["n", 4])


@case("ReverseSequence along the first and along the second axis, and by constant lengths")
def reverse_sequence(graph: CaseGraph) -> None:
    x = graph.input("x", [5, 3, 4])
    first = graph.input("first", [3], INT64, "integers(1, 6)")
    second = graph.input("second", [5], INT64, "integers(1, 4)")
    graph.result(graph.node("ReverseSequence", [x, first]), "first_y")
    graph.result(graph.node("ReverseSequence", [x, second], batch_axis=0, time_axis=1), "second_y")
    graph.result(graph.node("ReverseSequence", [x, graph.indices("known", 5, 1, 3)]), "known_y")


@case("GatherElements of bytes, which are not supported", error=("GatherElements", "uint8"), runs=False)
def gather_elements_bytes(graph: CaseGraph) -> None:
    x, indices = graph.input("x", [4], TensorProto.UINT8), graph.input("i", [2], INT64, "integers(0, 4)")
    graph.output(graph.node("GatherElements", [x, indices], output="y"), [2], TensorProto.UINT8)


@case("a constant index that is out of range", error=("GatherND", "index 5 of a dimension of 4"), runs=False)
def gather_nd_outside(graph: CaseGraph) -> None:
    indices = graph.constant([[5]], np.int64)
    graph.output(graph.node("GatherND", [graph.input("x", [4, 2]), indices], output="y"), [1, 2])
