"""Test models: the file format, opsets, inputs and outputs, and models that must be refused."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from test_case import CaseGraph, case


def _perceptron(graph: CaseGraph, rows: int | str) -> None:
    x = graph.input("x", [rows, 6])
    y = graph.node("Gemm", [x, graph.random("w", [4, 6]), graph.random("b", [4])], "fc", transB=1)
    graph.output(graph.node("Relu", [y], output="y"), [rows, 4])


@case(
    "symbolic batch dimension, fixed with --shape",
    shapes={"x": [3, 6]}, error_without_shapes=("x", "batch", "--shape"),
)  # fmt: skip
def symbolic_batch(graph: CaseGraph) -> None:
    _perceptron(graph, "batch")


@case(
    "two inputs that share a symbolic dimension, and a Reshape by Shape",
    shapes={"a": [2, 5, 4], "b": [2, 5, 4]}, error_without_shapes=("a", "--shape"),
)  # fmt: skip
def symbolic_shared(graph: CaseGraph) -> None:
    a, b = graph.input("a", ["n", "t", 4]), graph.input("b", ["n", "t", 4])
    count = graph.node("Gather", [graph.node("Shape", [a]), graph.constant([0], np.int64)], axis=0)
    shape = graph.node("Concat", [count, graph.constant([-1], np.int64)], axis=0)
    graph.output(graph.node("Reshape", [graph.node("Add", [a, b]), shape], output="y"), ["n", "m"])


@case(
    "dimensions that the exporter did not know: the same question mark for different ones, and a negative number",
    shapes={"x": [2, 3, 5]}, error_without_shapes=("x", "'?' '?' '?'", "--shape"),
)  # fmt: skip
def unknown_dimensions(graph: CaseGraph) -> None:
    x = graph.input("x", [-1, "?", "?"])
    graph.output(graph.node("Relu", [graph.node("Add", [x, graph.constant(0.5)])], output="y"), [-1, "?", "?"])


@case("weights in a file beside the model", external=("w", "b"))
def external_weights(graph: CaseGraph) -> None:
    _perceptron(graph, 3)


@case("initializers listed as inputs, too, as old exporters write them: they keep their values", opset=11, ir_version=4)
def initializer_as_input(graph: CaseGraph) -> None:
    graph.input("w", [4, 6])
    graph.input("b", [4])
    _perceptron(graph, 3)


@case("opset 11: axes of Squeeze, Unsqueeze and ReduceSum and the sizes of Split as attributes", opset=11, ir_version=6)
def opset11(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 5])
    a, b = graph.nodes("Split", [graph.node("Squeeze", [x], axes=[0])], 2, axis=0, split=[4, 2])
    total = graph.node("ReduceSum", [b], axes=[0], keepdims=1)
    y = graph.node("Unsqueeze", [graph.node("Mul", [a, total])], axes=[0, 3])
    y = graph.node("Clip", [y, graph.constant(-1.0), graph.constant(1.0)])
    graph.result(graph.node("Pad", [y, graph.indices("pads", 0, 0, 1, 0, 0, 0, 0, 0)]))


def _classifier(graph: CaseGraph, dropout: bool = True) -> None:
    x = graph.input("x", [1, 3, 6, 6])
    y = graph.node("Conv", [x, graph.random("w", [4, 3, 3, 3])], pads=[1, 1, 1, 1])
    parameters = [graph.random(name, [4], "uniform(0.5, 1.5)") for name in ("scale", "shift", "mean", "variance")]
    y = graph.node("Relu", [graph.node("BatchNormalization", [y, *parameters], epsilon=1e-5, momentum=0.9)])
    y = graph.node("Flatten", [y])
    if dropout:
        y = graph.node("Dropout", [y], ratio=0.5)
    graph.result(graph.node("Gemm", [y, graph.random("fc", [5, 144], "normal(0, 0.1)")], transB=1))


@case(
    "opset 11: convolution, BatchNormalization without training_mode, Dropout with ratio as attribute, Flatten",
    opset=11, ir_version=6, equivalent=lambda graph: _classifier(graph, dropout=False),
)  # fmt: skip
def opset11_conv(graph: CaseGraph) -> None:
    _classifier(graph)


@case("opset 13: axes of Squeeze, Unsqueeze and ReduceSum as inputs, Softmax over one axis", opset=13, ir_version=7)
def opset13(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 5])
    y = graph.node("Squeeze", [x, graph.indices("squeeze", 0)])
    y = graph.node("Add", [y, graph.node("ReduceSum", [y, graph.indices("reduce", 1)], keepdims=1)])
    y = graph.node("Softmax", [graph.node("Unsqueeze", [y, graph.indices("unsqueeze", 2)])], axis=0)
    graph.result(y)


@case("Identity and Dropout in inference, and nodes whose results nobody reads")
def dead_nodes(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    y = graph.node("Dropout", [graph.node("Identity", [x]), graph.constant(0.5)])
    graph.node("Exp", [graph.node("MatMul", [y, graph.random("unused", [6, 4])])])
    graph.result(graph.node("Tanh", [y]))


@case("an output that another node reads, and two outputs of one value")
def output_inside(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    y = graph.node("Relu", [graph.node("MatMul", [x, graph.random("w", [6, 4])])], output="hidden")
    graph.output(y, None)
    graph.result(graph.node("Mul", [y, y]))
    graph.result(y, "copy")


@case("an output that is an input, and one that is constant")
def output_trivial(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3])
    graph.result(x)
    graph.result(graph.node("Neg", [graph.random("w", [2, 2])]), "constant")
    graph.result(graph.node("Relu", [x]), "relu")


@case("tensors of rank 0 as input and output")
def scalars(graph: CaseGraph) -> None:
    x, factor = graph.input("x", [4, 3]), graph.input("factor", [])
    graph.output(graph.node("ReduceMean", [graph.node("Mul", [x, factor])], output="y", keepdims=0), [])


@case(
    "an operator whose output's shape depends on data",
    error=("NonMaxSuppression", "/detect/NonMaxSuppression", "ai.onnx"), runs=False,
)  # fmt: skip
def unsupported_operator(graph: CaseGraph) -> None:
    boxes, scores = graph.input("boxes", [1, 6, 4], recipe="uniform(0, 1)"), graph.input("scores", [1, 1, 6])
    picked = graph.node("NonMaxSuppression", [boxes, scores, graph.constant([4], np.int64)], "detect", output="y")
    graph.output(picked, ["n", 3], TensorProto.INT64)


@case("an operator of a foreign domain", error=("Swizzle", "/block/Swizzle", "com.example"), runs=False)
def unsupported_domain(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    graph.output(graph.node("Swizzle", [x], "block", output="y", domain="com.example"), [3, 6])


@case("float16 tensors", error=("float16",))
def float16(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6], TensorProto.FLOAT16)
    weight = graph.initializer("w", np.linspace(-1, 1, 24).reshape(6, 4).astype(np.float16))
    graph.output(graph.node("MatMul", [x, weight], "fc", output="y"), [3, 4], TensorProto.FLOAT16)


@case("float64 tensors", error=("double",))
def float64(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6], TensorProto.DOUBLE)
    weight = graph.initializer("w", np.linspace(-1, 1, 24).reshape(6, 4))
    graph.output(graph.node("MatMul", [x, weight], "fc", output="y"), [3, 4], TensorProto.DOUBLE)


@case(
    "a Reshape whose shape is an input: it is not known before the model runs",
    error=("Reshape", "/view/Reshape"), runs=False,
)  # fmt: skip
def runtime_shape(graph: CaseGraph) -> None:
    x, shape = graph.input("x", [2, 6]), graph.input("shape", [2], TensorProto.INT64, "integers(1, 2)")
    graph.output(graph.node("Reshape", [x, shape], "view", output="y"), ["n", "m"])


@case("the file with the weights is missing", external=("w",), error=("weights.bin",), runs=False)
def missing_weights(graph: CaseGraph) -> None:
    _perceptron(graph, 3)


@case("weights that reach beyond the end of their file", external=("w",), error=("w",), runs=False)
def short_weights(graph: CaseGraph) -> None:
    _perceptron(graph, 3)


@case("a node reads a value that nothing writes", error=("nowhere",), runs=False)
def undefined_value(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    graph.output(graph.node("Add", [x, "nowhere"], output="y"), [3, 6])


@case("a product of sizes that do not match", error=("MatMul", "/fc/MatMul"), runs=False)
def wrong_shapes(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    graph.output(graph.node("MatMul", [x, graph.random("w", [5, 4])], "fc", output="y"), [3, 4])
