"""ResNet-50 (torchvision's v1.5: the stride of a block is in its 3x3 convolution), BatchNormalization nodes kept."""

from __future__ import annotations

import math

import onnx

from graph import GraphBuilder

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
EXPANSION = 4
CLASSES = 1000
# The scale of a residual branch: small enough that sixteen sums leave the activations near unit variance.
RESIDUAL_SCALE = (0.3, 0.5)


def _conv(
    graph: GraphBuilder, x: str, module: str, scope: str, channels: tuple[int, int], kernel: int, stride: int,
    gain: float = 2.9,
) -> str:  # fmt: skip
    fan_in = channels[0] * kernel * kernel
    # Activations behind a ReLU have a mean of their own; filters with zero mean look at what the input changes.
    recipe = f"centred_normal({math.sqrt(gain / fan_in):.6g})"
    weight = graph.weight(f"{module}.weight", [channels[1], channels[0], kernel, kernel], recipe)
    padding = kernel // 2
    return graph.node(
        "Conv", [x, weight], scope, dilations=[1, 1], group=1, kernel_shape=[kernel, kernel],
        pads=[padding] * 4, strides=[stride, stride],
    )  # fmt: skip


def _batch_norm(
    graph: GraphBuilder, x: str, module: str, scope: str, channels: int, scale: tuple[float, float] = (0.8, 1.2)
) -> str:
    recipes = {
        "weight": f"uniform({scale[0]}, {scale[1]})",
        "bias": "normal(0, 0.1)",
        "running_mean": "normal(0, 0.1)",
        "running_var": "uniform(0.7, 1.4)",
    }
    parameters = [graph.weight(f"{module}.{name}", [channels], recipe) for name, recipe in recipes.items()]
    return graph.node(
        "BatchNormalization", [x, *parameters], scope, epsilon=1e-5, momentum=0.9, training_mode=0
    )


def _bottleneck(graph: GraphBuilder, x: str, module: str, scope: str, inputs: int, width: int, stride: int) -> str:
    outputs = width * EXPANSION
    y = _conv(graph, x, f"{module}.conv1", f"{scope}/conv1", (inputs, width), 1, 1)
    y = _batch_norm(graph, y, f"{module}.bn1", f"{scope}/bn1", width)
    y = graph.node("Relu", [y], f"{scope}/relu")
    y = _conv(graph, y, f"{module}.conv2", f"{scope}/conv2", (width, width), 3, stride)
    y = _batch_norm(graph, y, f"{module}.bn2", f"{scope}/bn2", width)
    y = graph.node("Relu", [y], f"{scope}/relu")
    y = _conv(graph, y, f"{module}.conv3", f"{scope}/conv3", (width, outputs), 1, 1)
    y = _batch_norm(graph, y, f"{module}.bn3", f"{scope}/bn3", outputs, RESIDUAL_SCALE)
    if stride != 1 or inputs != outputs:
        branch = f"{module}.downsample"
        x = _conv(graph, x, f"{branch}.0", f"{scope}/downsample/downsample.0", (inputs, outputs), 1, stride)
        x = _batch_norm(graph, x, f"{branch}.1", f"{scope}/downsample/downsample.1", outputs)
    y = graph.node("Add", [y, x], scope)
    return graph.node("Relu", [y], f"{scope}/relu")


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 3, 224, 224], output `logits` [1, 1000]."""
    graph = GraphBuilder("resnet50", weights_file)
    x = graph.input("input", [1, 3, 224, 224])
    x = _conv(graph, x, "conv1", "conv1", (3, 64), 7, 2, 1.0)
    x = _batch_norm(graph, x, "bn1", "bn1", 64)
    x = graph.node("Relu", [x], "relu")
    x = graph.node(
        "MaxPool", [x], "maxpool", ceil_mode=0, dilations=[1, 1], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]
    )
    channels = 64
    for stage, (width, blocks, stride) in enumerate(STAGES, start=1):
        for block in range(blocks):
            module = f"layer{stage}.{block}"
            scope = f"layer{stage}/{module}"
            x = _bottleneck(graph, x, module, scope, channels, width, stride if block == 0 else 1)
            channels = width * EXPANSION
    x = graph.node("GlobalAveragePool", [x], "avgpool")
    x = graph.node("Flatten", [x], axis=1)
    weight = graph.weight("fc.weight", [CLASSES, channels], f"normal(0, {math.sqrt(1 / channels):.6g})")
    bias = graph.weight("fc.bias", [CLASSES], "normal(0, 0.1)")
    x = graph.node("Gemm", [x, weight, bias], "fc", output="logits", alpha=1.0, beta=1.0, transB=1)
    graph.output(x, [1, CLASSES])
    return graph.model()
