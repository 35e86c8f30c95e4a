"""Test models: layer normalisation, GELU and softmax as operators, as chains, and as chains that only look alike."""

from __future__ import annotations

import math

from test_case import CaseGraph, case


def _layer_norm(
    graph: CaseGraph, x: str, size: int, axes: list[int] | None = None, square: str = "Pow", affine: bool = True
) -> str:
    axes = axes or [-1]
    centred = graph.node("Sub", [x, graph.node("ReduceMean", [x], axes=axes)])
    if square == "Pow":
        squared = graph.node("Pow", [centred, graph.constant(2.0)])
    else:
        squared = graph.node("Mul", [centred, centred])
    variance = graph.node("Add", [graph.node("ReduceMean", [squared], axes=axes), graph.constant(1e-5)])
    y = graph.node("Div", [centred, graph.node("Sqrt", [variance])])
    if affine:
        y = graph.node("Mul", [y, graph.random("weight", [size], "uniform(0.5, 1.5)")])
        y = graph.node("Add", [y, graph.random("bias", [size])])
    return y


@case("layer normalisation as a chain of primitive operators")
def layer_norm_chain(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 7, 24], recipe="normal(1, 3)")
    graph.result(_layer_norm(graph, x, 24))


@case("the chain with a product for the square and a positive axis")
def layer_norm_chain_mul(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 7, 24], recipe="normal(1, 3)")
    graph.result(_layer_norm(graph, x, 24, axes=[2], square="Mul"))


@case("the chain without scale and bias")
def layer_norm_chain_plain(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 7, 24], recipe="normal(1, 3)")
    graph.result(_layer_norm(graph, x, 24, affine=False))


@case("the chain over an axis in the middle: not a layer normalisation of the last axes")
def layer_norm_middle_axis(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 7, 24], recipe="normal(1, 3)")
    graph.result(_layer_norm(graph, x, 24, axes=[1], affine=False))


@case("a chain that looks like layer normalisation but takes the mean of another tensor")
def layer_norm_lookalike(graph: CaseGraph) -> None:
    x, z = graph.input("x", [3, 10]), graph.input("z", [3, 10])
    mean = graph.node("ReduceMean", [z], axes=[-1])
    squared = graph.node("Pow", [graph.node("Sub", [x, mean]), graph.constant(2.0)])
    variance = graph.node("Add", [graph.node("ReduceMean", [squared], axes=[-1]), graph.constant(1e-5)])
    graph.result(graph.node("Div", [graph.node("Sub", [x, mean]), graph.node("Sqrt", [variance])]))


@case("the chain whose variance is an output, too: it must still be computed")
def layer_norm_shared(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 16])
    centred = graph.node("Sub", [x, graph.node("ReduceMean", [x], axes=[-1])])
    variance = graph.node("ReduceMean", [graph.node("Pow", [centred, graph.constant(2.0)])], axes=[-1])
    root = graph.node("Sqrt", [graph.node("Add", [variance, graph.constant(1e-5)])])
    graph.result(graph.node("Div", [centred, root]))
    graph.result(variance, "variance")


@case("native LayerNormalization with bias over the last axis")
def layer_norm(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 7, 24], recipe="normal(1, 3)")
    parameters = [graph.random("weight", [24], "uniform(0.5, 1.5)"), graph.random("bias", [24])]
    graph.result(graph.node("LayerNormalization", [x, *parameters], axis=-1, epsilon=1e-5))


@case("native LayerNormalization without bias over two axes")
def layer_norm_two_axes(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 5, 6], recipe="normal(1, 3)")
    weight = graph.random("weight", [5, 6], "uniform(0.5, 1.5)")
    graph.result(graph.node("LayerNormalization", [x, weight], axis=1, epsilon=1e-3))


@case("GELU by Erf as PyTorch writes it: x * (erf(x / sqrt 2) + 1) * 0.5")
def gelu_erf(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 40], recipe="normal(0, 2)")
    y = graph.node("Erf", [graph.node("Div", [x, graph.constant(math.sqrt(2.0))])])
    y = graph.node("Mul", [x, graph.node("Add", [y, graph.constant(1.0)])])
    graph.result(graph.node("Mul", [y, graph.constant(0.5)]))


@case("GELU by Erf in another order: 0.5 x first, a product with 1 / sqrt 2")
def gelu_erf_reordered(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 40], recipe="normal(0, 2)")
    half = graph.node("Mul", [graph.constant(0.5), x])
    y = graph.node("Erf", [graph.node("Mul", [x, graph.constant(1 / math.sqrt(2.0))])])
    graph.result(graph.node("Mul", [half, graph.node("Add", [graph.constant(1.0), y])]))


@case("a chain that looks like GELU but divides by 1.5")
def gelu_lookalike(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 40], recipe="normal(0, 2)")
    y = graph.node("Erf", [graph.node("Div", [x, graph.constant(1.5)])])
    y = graph.node("Mul", [x, graph.node("Add", [y, graph.constant(1.0)])])
    graph.result(graph.node("Mul", [y, graph.constant(0.5)]))


@case("GELU by Tanh as in GPT: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))")
def gelu_tanh(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 40], recipe="normal(0, 2)")
    half = graph.node("Mul", [x, graph.constant(0.5)])
    cube = graph.node("Mul", [graph.node("Pow", [x, graph.constant(3.0)]), graph.constant(0.044715)])
    inner = graph.node("Mul", [graph.node("Add", [x, cube]), graph.constant(math.sqrt(2 / math.pi))])
    graph.result(graph.node("Mul", [half, graph.node("Add", [graph.node("Tanh", [inner]), graph.constant(1.0)])]))


@case("Softmax over the last axis, large values included")
def softmax(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 5, 17], recipe="normal(0, 40)")
    graph.result(graph.node("Softmax", [x], axis=-1))


@case("Softmax over an axis in the middle")
def softmax_axis1(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 9, 6])
    graph.result(graph.node("Softmax", [x], axis=1))


def _softmax_flattened(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4])
    y = graph.node("Softmax", [graph.node("Flatten", [x], axis=1)], axis=1)
    graph.result(graph.node("Reshape", [y, graph.indices("shape", 2, 3, 4)]))


@case(
    "Softmax of opset 11 with its default axis 1: over all dimensions from there on",
    opset=11, ir_version=6, equivalent=_softmax_flattened,
)  # fmt: skip
def softmax_opset11(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4])
    graph.result(graph.node("Softmax", [x]))


@case("Softmax of opset 11 over the last axis: the same as later ones", opset=11, ir_version=6)
def softmax_opset11_last(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4])
    graph.result(graph.node("Softmax", [x], axis=2))


@case("LogSoftmax")
def log_softmax(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 11], recipe="normal(0, 10)")
    graph.result(graph.node("LogSoftmax", [x], axis=-1))


@case("softmax as a chain: ReduceMax, Sub, Exp, ReduceSum, Div")
def softmax_chain(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 5, 12], recipe="normal(0, 40)")
    powers = graph.node("Exp", [graph.node("Sub", [x, graph.node("ReduceMax", [x], axes=[-1])])])
    total = graph.node("ReduceSum", [powers, graph.indices("axes", -1)])
    graph.result(graph.node("Div", [powers, total]))
