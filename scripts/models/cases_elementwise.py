"""Test models: element-wise functions, whole numbers, conversions and reductions."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from test_case import CaseGraph, case

FLOAT, INT32, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL


@case("trigonometric and hyperbolic functions and their inverses")
def trigonometry(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 7], recipe="uniform(-0.95, 0.95)")
    for operator in ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh"):
        graph.result(graph.node(operator, [x]), operator.lower())
    wide = graph.input("wide", [3, 7], recipe="uniform(1, 9)")
    graph.result(graph.node("Acosh", [wide]), "acosh")
    graph.result(graph.node("Sin", [wide]), "sin_wide")


@case("activations: Selu, Celu, ThresholdedRelu, Softsign, Shrink, with and without attributes")
def activations_rare(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 9], recipe="normal(0, 2)")
    graph.result(graph.node("Selu", [x]), "selu")
    graph.result(graph.node("Selu", [x], alpha=2.0, gamma=3.0), "selu_given")
    graph.result(graph.node("Celu", [x], alpha=2.0), "celu")
    graph.result(graph.node("ThresholdedRelu", [x]), "thresholded")
    graph.result(graph.node("ThresholdedRelu", [x], alpha=0.3), "thresholded_given")
    graph.result(graph.node("Softsign", [x]), "softsign")
    graph.result(graph.node("Shrink", [x], lambd=1.5), "shrink_hard")
    graph.result(graph.node("Shrink", [x], lambd=1.0, bias=1.0), "shrink_soft")
    graph.result(graph.node("Sign", [x]), "sign")


@case("Round: halves go to the even neighbour")
def round_half(graph: CaseGraph) -> None:
    x = graph.input("x", [5, 8], INT64, "integers(-12, 12)")
    halves = graph.node("Mul", [graph.node("Cast", [x], to=FLOAT), graph.constant(0.5)])
    graph.result(graph.node("Round", [halves]))


@case("IsNaN and IsInf, of both signs and of one")
def not_finite(graph: CaseGraph) -> None:
    ids = graph.input("ids", [3, 11], INT64, "integers(0, 5)")
    table = graph.initializer("table", np.array([np.nan, np.inf, -np.inf, 0, 3], dtype=np.float32))
    x = graph.node("Gather", [table, ids])
    graph.result(graph.node("IsNaN", [x]), "nan", BOOL)
    graph.result(graph.node("IsInf", [x]), "infinite", BOOL)
    graph.result(graph.node("IsInf", [x], detect_negative=0), "positive", BOOL)
    graph.result(graph.node("IsInf", [x], detect_positive=0), "negative", BOOL)


@case("IsNaN and IsInf of what has just been computed, and numbers in place of both")
def computed_not_finite(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 40], recipe="uniform(-1, 1)")
    root = graph.node("Sqrt", [x])
    graph.result(graph.node("Where", [graph.node("IsNaN", [root]), graph.constant(2.0), root]), "root")
    log = graph.node("Log", [graph.node("Relu", [x])])
    graph.result(graph.node("Where", [graph.node("IsInf", [log]), graph.constant(3.0), log]), "log")


def _whole_numbers(graph: CaseGraph, kind: int, dtype: type) -> None:
    a = graph.input("a", [4, 6], kind, "integers(-20, 20)")
    negative = graph.input("negative", [6], kind, "integers(-7, 0)")
    positive = graph.input("positive", [4, 1], kind, "integers(1, 7)")
    for name, divisor in (("negative", negative), ("positive", positive), ("three", graph.constant(-3, dtype))):
        graph.result(graph.node("Div", [a, divisor]), f"div_{name}", kind)
        graph.result(graph.node("Mod", [a, divisor]), f"mod_{name}", kind)
        graph.result(graph.node("Mod", [a, divisor], fmod=1), f"fmod_{name}", kind)
    graph.result(graph.node("Div", [graph.constant(-50, dtype), positive]), "div_of_constant", kind)
    for operator in ("Abs", "Neg", "Sign"):
        graph.result(graph.node(operator, [a]), operator.lower(), kind)
    graph.result(graph.node("Max", [a, negative, positive]), "max", kind)
    graph.result(graph.node("Min", [a, negative]), "min", kind)
    graph.result(graph.node("Clip", [a, graph.constant(-5, dtype)]), "clip_low", kind)
    graph.result(graph.node("Clip", [a, "", graph.constant(np.iinfo(dtype).max, dtype)]), "clip_none", kind)


@case("int32: Div rounds towards zero, Mod with the divisor's or the dividend's sign, Abs, Neg, Sign, Max, Min, Clip")
def whole_numbers(graph: CaseGraph) -> None:
    _whole_numbers(graph, INT32, np.int32)


@case("the same of int64")
def whole_numbers_long(graph: CaseGraph) -> None:
    _whole_numbers(graph, INT64, np.int64)


@case("division of whole numbers by a constant zero", error=("Div", "divides by zero"), runs=False)
def whole_by_zero(graph: CaseGraph) -> None:
    a = graph.input("a", [3], INT32, "integers(0, 5)")
    graph.output(graph.node("Div", [a, graph.constant(0, np.int32)], output="y"), [3], INT32)


@case("Mod of floating-point numbers: fmod")
def float_mod(graph: CaseGraph) -> None:
    a, b = graph.input("a", [5, 6], recipe="normal(0, 9)"), graph.input("b", [6], recipe="uniform(0.4, 2)")
    graph.result(graph.node("Mod", [a, b], fmod=1), "positive")
    graph.result(graph.node("Mod", [a, graph.node("Neg", [b])], fmod=1), "negative")


@case("Mod of floating-point numbers without fmod", error=("Mod", "fmod 1"), runs=False)
def float_mod_default(graph: CaseGraph) -> None:
    a, b = graph.input("a", [3]), graph.input("b", [3])
    graph.output(graph.node("Mod", [a, b], output="y"), [3])


@case("Pow of whole numbers by whole and by floating-point ones, of floating-point numbers by whole ones")
def pow_types(graph: CaseGraph) -> None:
    long = graph.input("long", [4, 6], INT64, "integers(1, 7)")
    short = graph.input("short", [4, 6], INT32, "integers(0, 5)")
    x = graph.input("x", [4, 6], recipe="uniform(0.5, 2)")
    graph.result(graph.node("Pow", [long, short]), "long_short", INT64)
    graph.result(graph.node("Pow", [short, graph.constant(1.5)]), "short_float", INT32)
    graph.result(graph.node("Pow", [graph.node("Neg", [long]), graph.constant(3, np.int64)]), "cube", INT64)
    graph.result(graph.node("Pow", [x, short]), "float_short")


@case("Cast among float32, int32, int64, uint8 and bool; CastLike")
def cast_types(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 8], recipe="uniform(-90, 90)")
    whole = graph.node("Cast", [x], to=INT32)
    graph.result(whole, "int32", INT32)
    graph.result(graph.node("Cast", [whole], to=INT64), "int64", INT64)
    graph.result(graph.node("Cast", [whole], to=BOOL), "bool", BOOL)
    small = graph.node("Cast", [graph.node("Abs", [whole])], to=TensorProto.UINT8)
    graph.result(small, "uint8", TensorProto.UINT8)
    graph.result(graph.node("Cast", [small], to=FLOAT), "float")
    graph.result(graph.node("CastLike", [graph.node("Less", [x, graph.constant(3.0)]), whole]), "like", INT32)


@case("BitShift of bytes in both directions")
def bit_shift(graph: CaseGraph) -> None:
    x = graph.input("x", [9, 4], TensorProto.UINT8, "integers(0, 256)")
    shift = graph.input("shift", [9, 4], TensorProto.UINT8, "integers(0, 8)")
    graph.result(graph.node("BitShift", [x, shift], direction="LEFT"), "left", TensorProto.UINT8)
    graph.result(graph.node("BitShift", [x, shift], direction="RIGHT"), "right", TensorProto.UINT8)


@case("Max, Min, Sum and Mean of one input and of four")
def input_counts(graph: CaseGraph) -> None:
    inputs = [graph.input(name, shape) for name, shape in (("a", [2, 3, 4]), ("b", [3, 1]), ("c", [4]), ("d", [1]))]
    for operator in ("Max", "Min", "Sum", "Mean"):
        graph.result(graph.node(operator, inputs[:1]), f"{operator.lower()}_one")
        graph.result(graph.node(operator, inputs), f"{operator.lower()}_four")


@case("PRelu with a slope a channel, a column, one for all, and one an element")
def prelu_shapes(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5])
    y = graph.node("Conv", [x, graph.random("w", [3, 3, 1, 1])])
    for name, shape in (("channel", [3, 1, 1]), ("column", [5]), ("all", [1]), ("element", [2, 3, 4, 5])):
        graph.result(graph.node("PRelu", [y, graph.random(name, shape)]), f"by_{name}")


@case("Dropout in inference with its mask: all true")
def dropout_mask(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    y, mask = graph.nodes("Dropout", [x, graph.constant(0.25)], 2)
    graph.result(y)
    graph.result(mask, "mask", BOOL)


@case(
    "Dropout in training with a ratio of 0 drops nothing, with another it is refused",
    error=("second/Dropout", "training_mode"), runs=False,
)  # fmt: skip
def dropout_training(graph: CaseGraph) -> None:
    x, training = graph.input("x", [3, 6]), graph.initializer("training", np.array(True))
    y = graph.node("Dropout", [x, graph.constant(0.0), training])
    graph.result(graph.node("Dropout", [y, graph.constant(0.5), training], "second"))


@case("windows of signal processing, periodic and symmetric")
def signal_windows(graph: CaseGraph) -> None:
    x = graph.input("x", [9])
    size = graph.constant(9, np.int64)
    for operator in ("HannWindow", "HammingWindow", "BlackmanWindow"):
        graph.result(graph.node("Mul", [x, graph.node(operator, [size])]), f"{operator}_periodic")
        graph.result(graph.node("Mul", [x, graph.node(operator, [size], periodic=0)]), f"{operator}_symmetric")


@case("shape arithmetic that takes nothing of a shape")
def empty_slice(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4])
    shape = graph.node("Shape", [x])
    prefix = graph.node("Slice", [shape, graph.indices("start", 0), graph.indices("end", 0)])
    graph.result(graph.node("Reshape", [x, graph.node("Concat", [prefix, graph.indices("all", 12)], axis=0)]))


@case("random numbers are refused", error=("RandomNormalLike", "random numbers"), runs=False)
def random_numbers(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6])
    graph.output(graph.node("Add", [x, graph.node("RandomNormalLike", [x], mean=1.0)], output="y"), [3, 6])


@case("ReduceLogSum, and ReduceLogSumExp of large numbers, with and without keepdims")
def reduce_logs(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4], recipe="uniform(0.5, 2)")
    graph.result(graph.node("ReduceLogSum", [x], axes=[2, 1], keepdims=0), "log_sum")
    large = graph.input("large", [2, 3, 4], recipe="normal(0, 90)")
    graph.result(graph.node("ReduceLogSumExp", [large], axes=[-1]), "log_sum_exp")
    graph.result(graph.node("ReduceLogSumExp", [large], axes=[0, 2], keepdims=0), "log_sum_exp_dropped")
    graph.result(graph.node("ReduceLogSumExp", [large], keepdims=0), "log_sum_exp_all")


@case("reductions of int32: sum, mean, products and norms")
def reduce_whole(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4, 5], INT32, "integers(-9, 9)")
    for operator in ("ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceMax", "ReduceMin", "ReduceProd"):
        graph.result(graph.node(operator, [x], axes=[1], keepdims=0), operator.lower(), INT32)
    graph.result(graph.node("ReduceSum", [x, graph.indices("axes", 0, -1)]), "reducesum", INT32)


@case("ReduceSum without axes: over all; with noop_with_empty_axes: over none")
def reduce_no_axes(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4])
    graph.result(graph.node("ReduceSum", [x]), "all")
    graph.result(graph.node("ReduceSum", [x, graph.indices("none")], keepdims=0), "empty")
    graph.result(graph.node("ReduceSum", [graph.node("Neg", [x])], noop_with_empty_axes=1), "same")
