"""Test models: pooling with indices, unpooling, norms, regions; padding that takes away; transposed convolutions."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto
from test_case import CaseGraph, case


def _max_pool(graph: CaseGraph, x: str, **attributes) -> list[str]:
    return graph.nodes("MaxPool", [x], 2, **attributes)


@case("maximum pooling with the indices of the largest elements, padded; the first of equal ones counts")
def max_pool_indices(graph: CaseGraph) -> None:
    x = graph.node("Floor", [graph.input("x", [2, 3, 7, 6], recipe="uniform(-4, 0)")])
    y, index = _max_pool(graph, x, kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])
    graph.result(y)
    graph.result(index, "index", TensorProto.INT64)


@case("maximum pooling with dilation and indices counted by columns")
def max_pool_indices_columns(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 2, 6, 7])
    y, index = _max_pool(graph, x, kernel_shape=[2, 3], strides=[2, 2], dilations=[2, 1], storage_order=1)
    graph.result(y)
    graph.result(index, "index", TensorProto.INT64)


@case("1-D and 3-D maximum pooling with indices")
def max_pool_indices_ranks(graph: CaseGraph) -> None:
    _, index = _max_pool(graph, graph.input("x", [1, 2, 9]), kernel_shape=[3], strides=[2])
    graph.result(index, "line", TensorProto.INT64)
    _, index = _max_pool(graph, graph.input("v", [1, 2, 4, 3, 5]), kernel_shape=[2, 2, 2], strides=[2, 1, 2])
    graph.result(index, "volume", TensorProto.INT64)


@case("maximum pooling and back: MaxUnpool")
def max_unpool(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 6, 8])
    y, index = _max_pool(graph, x, kernel_shape=[2, 2], strides=[2, 2])
    graph.result(graph.node("MaxUnpool", [graph.node("Neg", [y]), index], kernel_shape=[2, 2], strides=[2, 2]))


@case("MaxUnpool of windows that overlap and are padded")
def max_unpool_overlapping(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 7, 9])
    window = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    y, index = _max_pool(graph, x, **window)
    graph.result(graph.node("MaxUnpool", [y, index], **window))


def _norm_by_average(graph: CaseGraph, x: str, p: float, elements: int, **window) -> str:
    y = graph.node("Pow", [graph.node("Abs", [x]), graph.constant(p)])
    y = graph.node("AveragePool", [y], count_include_pad=1, **window)
    return graph.node("Pow", [graph.node("Mul", [y, graph.constant(float(elements))]), graph.constant(1 / p)])


def _lp_pool_by_average(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 7, 8])
    graph.result(_norm_by_average(graph, x, 2.0, 6, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]), "two")
    graph.result(_norm_by_average(graph, x, 3.0, 4, kernel_shape=[2, 2]), "three")
    graph.result(_norm_by_average(graph, x, 1.0, 9, kernel_shape=[3, 3], auto_pad="SAME_UPPER"), "one")


@case("LpPool with p 2, 3 and 1", equivalent=_lp_pool_by_average)
def lp_pool(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 7, 8])
    graph.result(graph.node("LpPool", [x], kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]), "two")
    graph.result(graph.node("LpPool", [x], kernel_shape=[2, 2], p=3), "three")
    graph.result(graph.node("LpPool", [x], kernel_shape=[3, 3], p=1, auto_pad="SAME_UPPER"), "one")


def _global_norms(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 5, 4])
    graph.result(graph.node("ReduceL2", [x], axes=[2, 3]), "two")
    y = graph.node("ReduceSum", [graph.node("Pow", [graph.node("Abs", [x]), graph.constant(3.0)]),
                                 graph.indices("axes", 2, 3)])  # fmt: skip
    graph.result(graph.node("Pow", [y, graph.constant(1 / 3)]), "three")


@case("GlobalLpPool with p 2 and 3", equivalent=_global_norms)
def global_lp_pool(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 5, 4])
    graph.result(graph.node("GlobalLpPool", [x]), "two")
    graph.result(graph.node("GlobalLpPool", [x], p=3), "three")


def _regions(graph: CaseGraph) -> list[str]:
    rois = [[0.5, 1.0, 6.5, 5.0], [2.0, -3.0, 3.0, 9.0], [-1.0, 0.0, 0.2, 0.4]]
    images = graph.constant([1, 0, 1], np.int64)
    return [graph.input("x", [2, 3, 8, 9]), graph.constant(rois), images]


@case("RoiAlign, average of 2 x 2 samples, regions beyond the image, both ways to place them")
def roi_align(graph: CaseGraph) -> None:
    regions = _regions(graph)
    for mode in ("half_pixel", "output_half_pixel"):
        y = graph.node(
            "RoiAlign", regions, output_height=3, output_width=2, sampling_ratio=2, spatial_scale=0.75,
            coordinate_transformation_mode=mode,
        )  # fmt: skip
        graph.result(y, mode)


@case("RoiAlign, largest of 2 x 2 samples")
def roi_align_max(graph: CaseGraph) -> None:
    graph.result(graph.node("RoiAlign", _regions(graph), output_height=2, output_width=3, sampling_ratio=2, mode="max"))


def _unshifted_regions(graph: CaseGraph) -> None:
    y = graph.node(
        "RoiAlign", _regions(graph), output_height=2, output_width=2, sampling_ratio=3,
        coordinate_transformation_mode="output_half_pixel",
    )  # fmt: skip
    graph.result(y)


@case("RoiAlign of opset 13: regions are not shifted", opset=13, equivalent=_unshifted_regions)
def roi_align_opset13(graph: CaseGraph) -> None:
    graph.result(graph.node("RoiAlign", _regions(graph), output_height=2, output_width=2, sampling_ratio=3))


def _cropped(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 6, 7])
    bounds = [graph.indices("starts", 1, 0), graph.indices("ends", 6, 5), graph.indices("axes", 2, 3)]
    y = graph.node("Slice", [x, *bounds])
    graph.result(graph.node("Pad", [y, graph.indices("pads", 0, 0, 0, 2, 0, 0, 1, 0), graph.constant(1.5)]))


@case("Pad with negative pads: the input is cut off first", equivalent=_cropped)
def pad_negative(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 6, 7])
    graph.result(graph.node("Pad", [x, graph.indices("pads", 0, 0, -1, 2, 0, 0, 1, -2), graph.constant(1.5)]))


def _transposed(graph: CaseGraph, x: str, shape: list[int], **attributes) -> str:
    return graph.node("ConvTranspose", [x, graph.random("w", shape), graph.random("b", [shape[1]])], **attributes)


def _beyond_reach(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 4, 3])
    graph.result(_transposed(graph, x, [3, 2, 3, 3], strides=[3, 2], output_padding=[1, 1]))


@case("transposed convolution whose output_shape is larger than its kernel reaches", equivalent=_beyond_reach)
def conv_transpose_larger(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 4, 3])
    graph.result(_transposed(graph, x, [3, 2, 3, 3], strides=[3, 2], output_shape=[13, 8]))


@case("transposed convolution with auto_pad SAME_UPPER and SAME_LOWER")
def conv_transpose_same(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 4, 5])
    weight = graph.random("w", [3, 2, 3, 4])
    for mode in ("SAME_UPPER", "SAME_LOWER"):
        graph.result(graph.node("ConvTranspose", [x, weight], strides=[2, 3], auto_pad=mode), mode.lower())


@case("1-D transposed convolution with stride, padding and output_padding")
def conv_transpose1d(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 7])
    graph.result(_transposed(graph, x, [3, 4, 5], strides=[3], pads=[2, 1], output_padding=[2]))


@case("3-D transposed convolution")
def conv_transpose3d(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 3, 4, 3])
    graph.result(_transposed(graph, x, [2, 3, 2, 3, 3], strides=[2, 1, 2], pads=[0, 1, 1, 0, 1, 1]))
