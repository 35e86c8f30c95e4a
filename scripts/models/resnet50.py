"""ResNet-50 (torchvision's v1.5: the stride of a block is in its 3x3 convolution), BatchNormalization nodes kept."""

from __future__ import annotations

import onnx

from graph import GraphBuilder
from layers import batch_norm, convolution, gemm

STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
EXPANSION = 4
CLASSES = 1000
# The scale of a residual branch: small enough that sixteen sums leave the activations near unit variance.
RESIDUAL_SCALE = (0.3, 0.5)


def _bottleneck(graph: GraphBuilder, x: str, module: str, scope: str, inputs: int, width: int, stride: int) -> str:
    outputs, strides = width * EXPANSION, (stride, stride)
    y = convolution(graph, x, f"{module}.conv1", f"{scope}/conv1", (inputs, width), (1, 1), (1, 1))
    y = batch_norm(graph, y, f"{module}.bn1", f"{scope}/bn1", width)
    y = graph.node("Relu", [y], f"{scope}/relu")
    y = convolution(graph, y, f"{module}.conv2", f"{scope}/conv2", (width, width), (3, 3), strides)
    y = batch_norm(graph, y, f"{module}.bn2", f"{scope}/bn2", width)
    y = graph.node("Relu", [y], f"{scope}/relu")
    y = convolution(graph, y, f"{module}.conv3", f"{scope}/conv3", (width, outputs), (1, 1), (1, 1))
    y = batch_norm(graph, y, f"{module}.bn3", f"{scope}/bn3", outputs, RESIDUAL_SCALE)
    if stride != 1 or inputs != outputs:
        branch, where = f"{module}.downsample", f"{scope}/downsample"
        x = convolution(graph, x, f"{branch}.0", f"{where}/downsample.0", (inputs, outputs), (1, 1), strides)
        x = batch_norm(graph, x, f"{branch}.1", f"{where}/downsample.1", outputs)
    y = graph.node("Add", [y, x], scope)
    return graph.node("Relu", [y], f"{scope}/relu")


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 3, 224, 224], output `logits` [1, 1000]."""
    graph = GraphBuilder("resnet50", weights_file)
    x = graph.input("input", [1, 3, 224, 224])
    x = convolution(graph, x, "conv1", "conv1", (3, 64), (7, 7), (2, 2), 1.0)
    x = batch_norm(graph, x, "bn1", "bn1", 64)
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
    x = gemm(graph, x, "fc", "fc", (channels, CLASSES), 1.0, "logits")
    graph.output(x, [1, CLASSES])
    return graph.model()
