"""Test models: shapes, constant folding, data movement and element-wise operators."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper

from test_case import CaseGraph, case


@case("shape arithmetic: Shape, Gather, Unsqueeze, Concat, Reshape, as a traced view writes it")
def shape_arithmetic(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 6, 8])
    shape = graph.node("Shape", [x])
    sizes = [graph.node("Gather", [shape, graph.constant(axis, np.int64)], axis=0) for axis in (0, 1)]
    product = graph.node("Mul", [sizes[0], sizes[1]])
    axes = graph.constant([0], np.int64)
    parts = [graph.node("Unsqueeze", [product, axes]), graph.constant([2], np.int64), graph.constant([-1], np.int64)]
    graph.result(graph.node("Reshape", [x, graph.node("Concat", parts, axis=0)]))


@case("shape arithmetic with Shape's start and end, Slice, Div and Cast")
def shape_slice_div(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 6, 8])
    last = graph.node("Shape", [x], start=-1)
    half = graph.node("Div", [graph.node("Cast", [last], to=TensorProto.INT64), graph.constant([2], np.int64)])
    front = graph.node("Shape", [x], end=2)
    shape = graph.node("Concat", [front, graph.constant([2], np.int64), half], axis=0)
    graph.result(graph.node("Transpose", [graph.node("Reshape", [x, shape])], perm=[0, 2, 1, 3]))


@case("Reshape with 0 and -1, Flatten, Squeeze and Unsqueeze")
def reshape_family(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 1, 6, 4])
    y = graph.node("Squeeze", [x, graph.indices("first", 1)])
    y = graph.node("Unsqueeze", [y, graph.indices("ends", 0, -1)])
    y = graph.node("Reshape", [y, graph.indices("shape", 0, 0, 3, -1)])
    graph.result(graph.node("Flatten", [y], axis=2))


@case("constant folding: Range, Cast, Mul, ConstantOfShape, Where, Less, Expand, Transpose, Concat")
def constant_chain(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 6])
    steps = graph.node("Range", [graph.constant(number, np.int64) for number in (0, 6, 1)])
    ramp = graph.node("Mul", [graph.node("Cast", [steps], to=TensorProto.FLOAT), graph.constant(0.25)])
    value = helper.make_tensor("value", TensorProto.FLOAT, [1], [2.0])
    fill = graph.node("ConstantOfShape", [graph.indices("fill.shape", 6)], value=value)
    small = graph.node("Less", [steps, graph.constant(3, np.int64)])
    row = graph.node("Where", [small, ramp, fill])
    table = graph.node("Expand", [row, graph.indices("table.shape", 2, 6)])
    other = graph.node("Transpose", [graph.random("w", [6, 2])], perm=[1, 0])
    graph.result(graph.node("Add", [x, graph.node("Concat", [table, other], axis=0)]))


@case("constants in each form: tensor, value_float, value_floats, value_ints, typed fields")
def constant_forms(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3])
    y = graph.node("Add", [x, graph.node("Constant", [], value_float=1.5)])
    y = graph.node("Mul", [y, graph.node("Constant", [], value_floats=[1.0, 2.0, 3.0])])
    y = graph.node("Add", [y, graph.tensor(helper.make_tensor("typed", TensorProto.FLOAT, [3], [0.5, -0.5, 0.25]))])
    graph.result(graph.node("Reshape", [y, graph.node("Constant", [], value_ints=[3, 2])]))


@case("Tile of each dimension and Expand that adds one")
def tile_expand(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 1, 3])
    graph.result(graph.node("Tile", [x, graph.indices("repeats", 2, 3, 1)]), "tiled")
    graph.result(graph.node("Expand", [x, graph.indices("shape", 2, 1, 4, 1)]), "expanded")


@case("Slice with negative starts, ends beyond the size, steps 2 and -1")
def slice_steps(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 10, 7])
    bounds = [graph.indices("starts", -8, 100), graph.indices("ends", 1000, -100)]
    graph.result(graph.node("Slice", [x, *bounds, graph.indices("axes", 1, -1), graph.indices("steps", 2, -1)]))


@case("Split into unequal parts, each used once")
def split(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 9, 4])
    a, b, c = graph.nodes("Split", [x, graph.indices("sizes", 4, 1, 4)], 3, axis=1)
    graph.result(graph.node("Sub", [graph.node("Mul", [a, b]), c]))


@case("Split into equal parts as the query, key and value of one product")
def split_equal(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 5, 12])
    a, b, c = graph.nodes("Split", [x], 3, axis=-1)
    graph.result(graph.node("Concat", [c, a, b], axis=1))


@case("Pad with a constant, then reflect, then edge")
def pad(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 5, 6])
    y = graph.node("Pad", [x, graph.indices("p0", 0, 1, 1, 0, 0, 0, 2, 1), graph.constant(1.5)])
    y = graph.node("Pad", [y, graph.indices("p1", 0, 0, 2, 1, 0, 0, 1, 2)], mode="reflect")
    graph.result(graph.node("Pad", [y, graph.indices("p2", 0, 0, 1, 0, 0, 0, 0, 2)], mode="edge"))


@case("Pad in front of an unpadded convolution, as Keras writes it")
def pad_conv(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 8, 8])
    y = graph.node("Pad", [x, graph.indices("pads", 0, 0, 0, 0, 0, 0, 1, 1)])
    graph.result(graph.node("Conv", [y, graph.random("w", [4, 3, 3, 3])], strides=[2, 2]))


@case("Resize nearest by scales 2, asymmetric and floor, as PyTorch's Upsample writes it")
def resize_nearest(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 4, 5])
    scales = graph.constant([1, 1, 2, 2])
    y = graph.node(
        "Resize", [x, "", scales], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )
    graph.result(y)


@case("Resize nearest to given sizes")
def resize_sizes(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 4, 6])
    y = graph.node(
        "Resize", [x, "", "", graph.indices("sizes", 1, 2, 8, 18)], mode="nearest",
        coordinate_transformation_mode="asymmetric", nearest_mode="floor",
    )  # fmt: skip
    graph.result(y)


@case("Concat of branches over channels, as in an inception block")
def concat_branches(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 4, 6, 6])
    a = graph.node("Conv", [x, graph.random("a", [3, 4, 1, 1])])
    b = graph.node("Conv", [x, graph.random("b", [5, 4, 3, 3])], pads=[1, 1, 1, 1])
    graph.result(graph.node("Relu", [graph.node("Concat", [a, x, b], axis=1)]))


@case("embedding: Gather of constant rows by an int64 input, and of one position")
def gather(graph: CaseGraph) -> None:
    ids = graph.input("ids", [2, 5], TensorProto.INT64, "integers(0, 20)")
    y = graph.node("Gather", [graph.random("table", [20, 6]), ids], axis=0)
    graph.result(y)
    graph.result(graph.node("Gather", [y, graph.constant(-1, np.int64)], axis=1), "last")


@case("Gather with negative indices out of a constant, along the last axis")
def gather_columns(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 8])
    graph.result(graph.node("Gather", [x, graph.indices("columns", -1, 0, 3)], axis=-1))


@case("Reshape of an image that joins, splits and adds dimensions, some of which lie in another order in memory")
def reshape_image(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 4, 6])
    x = graph.node("Conv", [x, graph.random("w", [8, 3, 1, 1])])
    tokens = graph.node("Reshape", [x, graph.indices("tokens", 1, 8, 24)])
    graph.result(graph.node("Transpose", [tokens], perm=[0, 2, 1]), "tokens_last")
    graph.result(graph.node("Reshape", [x, graph.indices("split", 2, 4, 1, 4, 3, 2, 1)]), "apart")
    graph.result(graph.node("Reshape", [x, graph.indices("flat", 1, 192)]), "flat_all")
    regrouped = graph.node("Reshape", [x, graph.indices("regrouped", 8, 8, 3)])
    graph.result(graph.node("Softmax", [regrouped], axis=2), "rows")


@case("Gather of one element, given as a number and as a tensor, from a transposed and from an image tensor")
def gather_one(graph: CaseGraph) -> None:
    x = graph.node("Transpose", [graph.input("x", [2, 3, 4, 5])], perm=[2, 0, 3, 1])
    graph.result(graph.node("Gather", [x, graph.constant(-3, np.int64)], axis=0), "scalar")
    graph.result(graph.node("Gather", [x, graph.constant([1], np.int64)], axis=3), "tensor")
    y = graph.node("Conv", [x, graph.random("w", [3, 2, 1, 1])])
    graph.result(graph.node("Gather", [y, graph.constant(2, np.int64)], axis=1), "channel")


@case("activations: LeakyRelu, Elu, HardSigmoid, HardSwish by parts, SiLU by parts, Softplus")
def activations(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 9], recipe="normal(0, 3)")
    graph.result(graph.node("LeakyRelu", [x], alpha=0.2), "leaky_relu")
    graph.result(graph.node("Elu", [x], alpha=0.7), "elu")
    gate = graph.node("HardSigmoid", [x], alpha=1 / 6, beta=0.5)
    graph.result(gate, "hard_sigmoid")
    graph.result(graph.node("Mul", [x, gate]), "hard_swish")
    graph.result(graph.node("Mul", [x, graph.node("Sigmoid", [x])]), "silu")
    graph.result(graph.node("Softplus", [x]), "softplus")


@case("element-wise functions of one argument")
def unary(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 7], recipe="uniform(0.3, 3)")
    for operator in ("Exp", "Log", "Sqrt", "Reciprocal", "Neg", "Abs", "Floor", "Ceil", "Tanh", "Erf"):
        graph.result(graph.node(operator, [x]), operator.lower())


@case("element-wise operators of two arguments with broadcasting from both sides")
def binary_broadcast(graph: CaseGraph) -> None:
    a = graph.input("a", [2, 1, 5], recipe="uniform(0.5, 2)")
    b = graph.input("b", [3, 1], recipe="uniform(0.5, 2)")
    for operator in ("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max"):
        graph.result(graph.node(operator, [a, b]), operator.lower())


@case("broadcast against channels and against the last axis of an image: layouts must not mix them up")
def broadcast_image(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 4, 6, 4])
    y = graph.node("Conv", [x, graph.random("w", [4, 4, 3, 3])], pads=[1, 1, 1, 1])
    y = graph.node("Add", [y, graph.random("columns", [4])])
    graph.result(graph.node("Mul", [y, graph.random("channels", [4, 1, 1])]))


@case("reductions over several axes, with and without keepdims")
def reductions(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5])
    graph.result(graph.node("ReduceMean", [x], axes=[2, 3], keepdims=0), "mean")
    graph.result(graph.node("ReduceMax", [x], axes=[1], keepdims=1), "max")
    graph.result(graph.node("ReduceMin", [x], keepdims=0), "min")
    graph.result(graph.node("ReduceSum", [x, graph.indices("axes", 0, -1)], keepdims=0), "sum")
    graph.result(graph.node("ReduceProd", [x], axes=[-2], keepdims=0), "prod")


@case("comparison, logic and Where on two inputs")
def compare_where(graph: CaseGraph) -> None:
    a, b = graph.input("a", [3, 5]), graph.input("b", [1, 5])
    less, greater = graph.node("Less", [a, b]), graph.node("Greater", [a, graph.constant(0.5)])
    either = graph.node("Or", [less, graph.node("Not", [greater])])
    graph.result(graph.node("Where", [either, a, graph.node("Neg", [b])]))


@case("Clip with only a maximum, with only a minimum, and with none")
def clip_optional(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 6], recipe="normal(0, 3)")
    y = graph.node("Clip", [x, "", graph.constant(2.0)])
    y = graph.node("Clip", [y, graph.constant(-1.0)])
    graph.result(graph.node("Clip", [y]))


@case("transposes that cancel, and one that stays")
def transposes(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5])
    y = graph.node("Relu", [graph.node("Transpose", [x], perm=[0, 2, 3, 1])])
    y = graph.node("Transpose", [y], perm=[0, 3, 1, 2])
    graph.result(graph.node("Transpose", [y]))
