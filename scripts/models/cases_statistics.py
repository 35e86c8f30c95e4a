"""Test models: normalisation over an input's own statistics, losses."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from test_case import CaseGraph, case


def _instance_norm(graph: CaseGraph, x: str, name: str, channels: int, **attributes) -> str:
    parameters = [graph.random(f"{name}.scale", [channels]), graph.random(f"{name}.bias", [channels])]
    return graph.node("InstanceNormalization", [x, *parameters], **attributes)


@case("InstanceNormalization with one, two and three spatial dimensions; one behind a convolution")
def instance_norm(graph: CaseGraph) -> None:
    for name, shape in (("line", [2, 3, 11]), ("volume", [1, 2, 3, 4, 5])):
        x = graph.input(name, shape, recipe="normal(1, 2)")
        graph.result(_instance_norm(graph, x, name, shape[1], epsilon=1e-3), f"{name}_out")
    image = graph.input("image", [2, 3, 6, 5], recipe="normal(1, 2)")
    y = graph.node("Conv", [image, graph.random("w", [4, 3, 3, 3])], pads=[1, 1, 1, 1])
    graph.result(graph.node("Relu", [_instance_norm(graph, y, "image", 4)]), "image_out")


@case("group normalisation as exporters write it: Reshape, InstanceNormalization, Reshape, Mul, Add")
def group_norm(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 6, 5, 4], recipe="normal(1, 2)")
    y = graph.node("Conv", [x, graph.random("w", [6, 6, 1, 1])])
    shape = graph.node("Shape", [y])
    y = graph.node("Reshape", [y, graph.indices("grouped", 0, 3, -1)])
    ones, zeros = np.ones(3, dtype=np.float32), np.zeros(3, dtype=np.float32)
    parameters = [graph.initializer("ones", ones), graph.initializer("zeros", zeros)]
    y = graph.node("Reshape", [graph.node("InstanceNormalization", [y, *parameters]), shape])
    y = graph.node("Mul", [y, graph.random("weight", [6, 1, 1])])
    graph.result(graph.node("Add", [y, graph.random("bias", [6, 1, 1])]))


def _centred(graph: CaseGraph, x: str, axes: list[int]) -> str:
    deviation = graph.node("Sub", [x, graph.node("ReduceMean", [x], axes=axes)])
    variance = graph.node("ReduceMean", [graph.node("Mul", [deviation, deviation])], axes=axes)
    return graph.node("Div", [deviation, graph.node("Sqrt", [variance])])


def _mean_variance_by_parts(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5], recipe="normal(1, 2)")
    graph.result(_centred(graph, x, [0, 2, 3]))
    graph.result(_centred(graph, x, [1]), "channels")


@case(
    "MeanVarianceNormalization over its default axes and over channels",
    opset=11, ir_version=6, equivalent=_mean_variance_by_parts,
)  # fmt: skip
def mean_variance_norm(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4, 5], recipe="normal(1, 2)")
    graph.result(graph.node("MeanVarianceNormalization", [x]))
    graph.result(graph.node("MeanVarianceNormalization", [x], axes=[1]), "channels")


def _neighbours_by_pool(graph: CaseGraph, x: str, size: int, alpha: float, beta: float, bias: float) -> str:
    squares = graph.node("Unsqueeze", [graph.node("Mul", [x, x]), graph.constant([1], np.int64)])
    side = size // 2
    mean = graph.node(
        "AveragePool", [squares], kernel_shape=[size, 1, 1], pads=[side, 0, 0, side, 0, 0], count_include_pad=1
    )
    mean = graph.node("Mul", [graph.node("Squeeze", [mean, graph.constant([1], np.int64)]), graph.constant(alpha)])
    base = graph.node("Add", [mean, graph.constant(bias)])
    return graph.node("Div", [x, graph.node("Pow", [base, graph.constant(beta)])])


def _lrn(graph: CaseGraph, by_pool: bool) -> None:
    x = graph.input("x", [1, 7, 5, 4], recipe="normal(0, 3)")
    five = _neighbours_by_pool(graph, x, 5, 1e-4, 0.75, 1.0) if by_pool else graph.node("LRN", [x], size=5)
    graph.result(five, "five")
    y = graph.node("Conv", [x, graph.random("w", [6, 7, 1, 1])])
    settings = {"size": 3, "alpha": 0.02, "beta": 0.5, "bias": 2.0}
    graph.result(_neighbours_by_pool(graph, y, **settings) if by_pool else graph.node("LRN", [y], **settings), "three")


@case(
    "LRN over five and over three channels, in front of a convolution and behind one",
    equivalent=lambda graph: _lrn(graph, by_pool=True),
)  # fmt: skip
def lrn(graph: CaseGraph) -> None:
    _lrn(graph, by_pool=False)


def _lp_norm_by_parts(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4, 5])
    graph.result(graph.node("Div", [x, graph.node("ReduceL2", [x], axes=[-1])]), "squares")
    graph.result(graph.node("Div", [x, graph.node("ReduceL1", [x], axes=[1])]), "absolute")


@case("LpNormalization by the sum of absolute values and by that of squares", equivalent=_lp_norm_by_parts)
def lp_norm(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 4, 5])
    graph.result(graph.node("LpNormalization", [x]), "squares")
    graph.result(graph.node("LpNormalization", [x], axis=1, p=1), "absolute")


@case("LpNormalization of an order that is not supported", error=("LpNormalization", "'p' is 3"), runs=False)
def lp_norm_three(graph: CaseGraph) -> None:
    graph.output(graph.node("LpNormalization", [graph.input("x", [3, 4])], p=3, output="y"), [3, 4])


@case("BatchNormalization in training is refused", error=("BatchNormalization", "training_mode 1"), runs=False)
def batch_norm_training(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4])
    parameters = [graph.random(name, [3], "uniform(0.5, 1.5)") for name in ("scale", "shift", "mean", "variance")]
    outputs = graph.nodes("BatchNormalization", [x, *parameters], 3, training_mode=1)
    graph.output(graph.node("Relu", [outputs[0]], output="y"), [2, 3, 4])


def _batch_norms(graph: CaseGraph) -> None:
    for name, shape in (("vector", [4, 3]), ("volume", [1, 3, 2, 3, 4])):
        x = graph.input(name, shape)
        parameters = [graph.random(f"{name}.{p}", [3], "uniform(0.5, 1.5)") for p in ("scale", "bias", "mean", "var")]
        graph.result(graph.node("BatchNormalization", [x, *parameters]), f"{name}_out")


@case(
    "BatchNormalization of opset 13, of a vector a sample and of a volume",
    opset=13, ir_version=7, equivalent=_batch_norms,
)  # fmt: skip
def batch_norm_opset13(graph: CaseGraph) -> None:
    _batch_norms(graph)


def _loss_inputs(graph: CaseGraph, dims: list[int]) -> tuple[str, str, str]:
    scores = graph.input("scores", [3, 5, *dims])
    target = graph.input("target", [3, *dims], TensorProto.INT64, "integers(0, 5)")
    return scores, target, graph.random("weight", [5], "uniform(0.5, 1.5)")


@case("SoftmaxCrossEntropyLoss: each reduction, weights, an ignored class, log probabilities")
def cross_entropy(graph: CaseGraph) -> None:
    scores, target, weight = _loss_inputs(graph, [4])
    for reduction in ("none", "sum", "mean"):
        graph.result(graph.node("SoftmaxCrossEntropyLoss", [scores, target], reduction=reduction), reduction)
    loss, probability = graph.nodes("SoftmaxCrossEntropyLoss", [scores, target, weight], 2, ignore_index=2)
    graph.result(loss, "weighted")
    graph.result(probability, "log_probability")


@case("NegativeLogLikelihoodLoss: each reduction, weights, an ignored class; no and two further dimensions")
def negative_log_likelihood(graph: CaseGraph) -> None:
    scores, target, weight = _loss_inputs(graph, [2, 3])
    for reduction in ("none", "sum", "mean"):
        loss = graph.node("NegativeLogLikelihoodLoss", [scores, target, weight], reduction=reduction)
        graph.result(loss, reduction)
    loss = graph.node("NegativeLogLikelihoodLoss", [scores, target], reduction="mean", ignore_index=1)
    graph.result(loss, "ignoring")
    flat = graph.input("flat", [6, 4])
    classes = graph.input("classes", [6], TensorProto.INT32, "integers(0, 4)")
    graph.result(graph.node("NegativeLogLikelihoodLoss", [flat, classes]), "flat_out")
