"""Test models: convolutions, batch normalisation and pooling."""

from __future__ import annotations

from test_case import CaseGraph, case


def _batch_norm(graph: CaseGraph, x: str, channels: int, name: str = "bn") -> str:
    parameters = [
        graph.random(f"{name}.weight", [channels], "uniform(0.5, 1.5)"),
        graph.random(f"{name}.bias", [channels]),
        graph.random(f"{name}.running_mean", [channels]),
        graph.random(f"{name}.running_var", [channels], "uniform(0.5, 2)"),
    ]
    return graph.node("BatchNormalization", [x, *parameters], epsilon=1e-3)


def _conv(graph: CaseGraph, x: str, name: str, shape: list[int], bias: bool = True, **attributes) -> str:
    inputs = [x, graph.random(f"{name}.weight", shape)]
    if bias:
        inputs.append(graph.random(f"{name}.bias", [shape[0]]))
    return graph.node("Conv", inputs, **attributes)


@case("convolution, BatchNormalization and Relu; odd sizes, stride 2, different padding on each side")
def conv_bn_relu(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 5, 11, 13])
    y = _conv(graph, x, "conv", [7, 5, 3, 3], bias=False, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 2, 1])
    graph.result(graph.node("Relu", [_batch_norm(graph, y, 7)]))


@case("convolution with bias in front of BatchNormalization, batch 2")
def conv_bias_bn(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 6, 5])
    graph.result(_batch_norm(graph, _conv(graph, x, "conv", [4, 3, 1, 1]), 4))


@case("convolution whose result is read by BatchNormalization and by another node: folding must keep both")
def conv_bn_shared(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 6, 5])
    y = _conv(graph, x, "conv", [4, 3, 3, 3], pads=[1, 1, 1, 1])
    graph.result(graph.node("Mul", [_batch_norm(graph, y, 4), graph.node("Sigmoid", [y])]))


@case("BatchNormalization in front of a padded convolution: the padding is not normalised")
def bn_conv(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 4, 7, 7])
    y = _batch_norm(graph, x, 4)
    graph.result(_conv(graph, y, "conv", [5, 4, 3, 3], pads=[1, 1, 1, 1]))


@case("convolution, then multiplication and addition of constants by channel")
def conv_scale_shift(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 4, 8, 8])
    y = _conv(graph, x, "conv", [6, 4, 3, 3], bias=False)
    y = graph.node("Mul", [y, graph.random("scale", [1, 6, 1, 1])])
    graph.result(graph.node("Add", [graph.random("shift", [6, 1, 1]), y]))


@case("grouped and dilated convolution, kernel 3 x 2")
def conv_groups_dilation(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 12, 11])
    graph.result(_conv(graph, x, "conv", [8, 3, 3, 2], group=2, dilations=[2, 3], pads=[2, 1, 2, 2]))


def _conv_same_upper(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 10, 13])
    graph.result(_conv(graph, x, "conv", [4, 3, 3, 4], pads=[0, 1, 1, 2], strides=[2, 2]))


@case("auto_pad SAME_UPPER with stride 2 on an even and an odd size", equivalent=_conv_same_upper)
def conv_same_upper(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 10, 13])
    graph.result(_conv(graph, x, "conv", [4, 3, 3, 4], auto_pad="SAME_UPPER", strides=[2, 2]))


@case("auto_pad SAME_LOWER with stride 2 on an even and an odd size")
def conv_same_lower(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 10, 13])
    graph.result(_conv(graph, x, "conv", [4, 3, 3, 4], auto_pad="SAME_LOWER", strides=[2, 2]))


def _conv_valid(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 9, 9])
    graph.result(_conv(graph, x, "conv", [4, 3, 3, 3], bias=False))


@case("auto_pad VALID, bias given as an empty name, no kernel_shape", equivalent=_conv_valid)
def conv_valid(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 9, 9])
    y = graph.node("Conv", [x, graph.random("conv.weight", [4, 3, 3, 3]), ""], auto_pad="VALID")
    graph.result(y)


@case("1-D convolution")
def conv1d(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 4, 17])
    graph.result(_conv(graph, x, "conv", [6, 4, 5], strides=[2], pads=[2, 1]))


@case("3-D convolution with stride and padding")
def conv3d(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 5, 7, 6])
    y = _conv(graph, x, "conv", [4, 3, 3, 3, 3], strides=[1, 2, 2], pads=[1, 1, 1, 1, 1, 1])
    graph.result(graph.node("Relu", [y]))


@case("depthwise convolution and ReLU6 as Clip")
def depthwise(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 8, 9, 10])
    y = _conv(graph, x, "conv", [8, 1, 3, 3], group=8, strides=[2, 2], pads=[1, 1, 1, 1])
    graph.result(graph.node("Clip", [y, graph.constant(0.0), graph.constant(6.0)]))


@case("depthwise convolution with two outputs a channel")
def depthwise_multiplier(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 4, 8, 7])
    graph.result(_conv(graph, x, "conv", [8, 1, 3, 3], group=4, pads=[1, 1, 1, 1]))


@case("inverted residual of MobileNet-V2: expand, depthwise, project, add")
def inverted_residual(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 8, 8])
    limits = [graph.constant(0.0), graph.constant(6.0)]
    y = graph.node("Clip", [_conv(graph, x, "expand", [12, 6, 1, 1]), *limits])
    y = _conv(graph, y, "depthwise", [12, 1, 3, 3], group=12, pads=[1, 1, 1, 1])
    y = _conv(graph, graph.node("Clip", [y, *limits]), "project", [6, 12, 1, 1])
    graph.result(graph.node("Add", [x, y]))


@case("residual block with a projection: two convolutions with BatchNormalization, add, Relu")
def residual_block(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 4, 9, 9])
    y = _conv(graph, x, "conv1", [8, 4, 3, 3], bias=False, strides=[2, 2], pads=[1, 1, 1, 1])
    y = graph.node("Relu", [_batch_norm(graph, y, 8, "bn1")])
    y = _conv(graph, y, "conv2", [8, 8, 3, 3], bias=False, pads=[1, 1, 1, 1])
    y = _batch_norm(graph, y, 8, "bn2")
    x = _batch_norm(graph, _conv(graph, x, "down", [8, 4, 1, 1], bias=False, strides=[2, 2]), 8, "bn3")
    graph.result(graph.node("Relu", [graph.node("Add", [y, x])]))


@case("convolution whose weights come out of a constant chain")
def conv_folded_weights(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 6, 6])
    weight = graph.node("Reshape", [graph.random("flat", [4, 27]), graph.indices("shape", 4, 3, 3, 3)])
    weight = graph.node("Mul", [weight, graph.constant(0.5)])
    graph.result(graph.node("Conv", [x, weight]))


def _conv_transpose(graph: CaseGraph, x: str, shape: list[int], outputs: int, **attributes) -> str:
    weight, bias = graph.random("conv.weight", shape), graph.random("conv.bias", [outputs])
    return graph.node("ConvTranspose", [x, weight, bias], **attributes)


@case("transposed convolution, stride 2, output_padding 1")
def conv_transpose(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 5, 4])
    y = _conv_transpose(graph, x, [6, 5, 3, 3], 5, strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    graph.result(graph.node("Relu", [y]))


@case("transposed convolution as in DCGAN: kernel 4, stride 2, padding 1, BatchNormalization, Tanh")
def conv_transpose_bn(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 8, 4, 4])
    y = graph.node("ConvTranspose", [x, graph.random("w", [8, 4, 4, 4])], strides=[2, 2], pads=[1, 1, 1, 1])
    graph.result(graph.node("Tanh", [_batch_norm(graph, y, 4)]))


def _conv_transpose_inserted_zeros(graph: CaseGraph) -> None:
    """The same as a convolution with mirrored weights over the input with zeros inserted between its columns."""
    x = graph.input("x", [1, 6, 5, 6])
    y = graph.node("Pad", [graph.node("Unsqueeze", [x, graph.indices("axes", 4)]), graph.indices("zeros", *[0] * 9, 2)])
    y = graph.node("Reshape", [y, graph.indices("columns", 1, 6, 5, 18)])
    last = [graph.indices(name, value) for name, value in (("start", 0), ("end", 16), ("axis", 3))]
    y = graph.node("Pad", [graph.node("Slice", [y, *last]), graph.indices("border", 0, 0, 4, 1, 0, 0, 4, 1)])
    weight = graph.node("Reshape", [graph.random("conv.weight", [6, 2, 3, 2]), graph.indices("groups", 2, 3, 2, 3, 2)])
    weight = graph.node("Transpose", [weight], perm=[0, 2, 1, 3, 4])
    weight = graph.node("Reshape", [weight, graph.indices("w", 4, 3, 3, 2)])
    mirror = [graph.indices(name, *values) for name, values in (
        ("m.starts", (2, 1)), ("m.ends", (-9, -9)), ("m.axes", (2, 3)), ("m.steps", (-1, -1)))]  # fmt: skip
    weight = graph.node("Slice", [weight, *mirror])
    graph.result(graph.node("Conv", [y, weight, graph.random("conv.bias", [4])], group=2, dilations=[2, 1]))


@case("grouped and dilated transposed convolution", equivalent=_conv_transpose_inserted_zeros)
def conv_transpose_groups(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 6, 5, 6])
    graph.result(_conv_transpose(graph, x, [6, 2, 3, 2], 4, group=2, dilations=[2, 1], strides=[1, 3]))


def _conv_transpose_padded(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 5, 4])
    graph.result(_conv_transpose(graph, x, [3, 2, 3, 3], 2, strides=[2, 2], pads=[1, 1, 0, 0]))


@case("transposed convolution with output_shape in place of padding", equivalent=_conv_transpose_padded)
def conv_transpose_output_shape(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 5, 4])
    graph.result(_conv_transpose(graph, x, [3, 2, 3, 3], 2, strides=[2, 2], output_shape=[10, 8]))


@case("maximum pooling as in ResNet: kernel 3, stride 2, padding 1, negative values at the border")
def max_pool(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 11, 8], recipe="uniform(-2, -1)")
    graph.result(graph.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]))


@case("maximum pooling with ceil_mode and dilation")
def max_pool_ceil_dilation(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 12, 11])
    graph.result(graph.node("MaxPool", [x], kernel_shape=[3, 2], strides=[2, 2], dilations=[2, 1], ceil_mode=1))


@case("maximum pooling with auto_pad SAME_UPPER")
def max_pool_same(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 10, 7])
    graph.result(graph.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"))


@case("average pooling, padding not counted")
def avg_pool(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 9, 10])
    graph.result(graph.node("AveragePool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]))


@case("average pooling, padding counted")
def avg_pool_count_pad(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 3, 9, 10])
    y = graph.node("AveragePool", [x], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1], count_include_pad=1)
    graph.result(y)


@case("average pooling with ceil_mode: the last windows reach beyond the input")
def avg_pool_ceil(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 8, 10])
    graph.result(graph.node("AveragePool", [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1))


@case("3-D maximum pooling")
def max_pool3d(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 4, 6, 5])
    graph.result(graph.node("MaxPool", [x], kernel_shape=[2, 3, 3], strides=[2, 2, 1], pads=[0, 1, 1, 0, 1, 1]))


@case("GlobalAveragePool, Flatten, Gemm: the head of a classifier")
def global_avg_pool(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 12, 5, 7])
    y = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])], axis=1)
    graph.result(graph.node("Gemm", [y, graph.random("fc.weight", [9, 12]), graph.random("fc.bias", [9])], transB=1))


@case("GlobalMaxPool")
def global_max_pool(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 5, 4])
    graph.result(graph.node("GlobalMaxPool", [x]))
