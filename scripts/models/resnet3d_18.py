"""ResNet3D-18 (torchvision's r3d_18: a clip of 16 frames, 3-D convolutions throughout), BatchNormalization nodes kept."""

from __future__ import annotations

import onnx

from graph import GraphBuilder
from layers import batch_norm, convolution, gemm

STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))
BLOCKS = 2
CLASSES = 400
# The scale of a residual branch: small enough that eight sums leave the activations near unit variance.
RESIDUAL_SCALE = (0.4, 0.7)


def _basic_block(graph: GraphBuilder, x: str, module: str, scope: str, inputs: int, outputs: int, stride: int) -> str:
    cube, strides = (3, 3, 3), (stride, stride, stride)
    y = convolution(graph, x, f"{module}.conv1.0", f"{scope}/conv1/conv1.0", (inputs, outputs), cube, strides)
    y = batch_norm(graph, y, f"{module}.conv1.1", f"{scope}/conv1/conv1.1", outputs)
    y = graph.node("Relu", [y], f"{scope}/conv1/conv1.2")
    y = convolution(graph, y, f"{module}.conv2.0", f"{scope}/conv2/conv2.0", (outputs, outputs), cube, (1, 1, 1))
    y = batch_norm(graph, y, f"{module}.conv2.1", f"{scope}/conv2/conv2.1", outputs, RESIDUAL_SCALE)
    if stride != 1 or inputs != outputs:
        branch, where = f"{module}.downsample", f"{scope}/downsample"
        x = convolution(graph, x, f"{branch}.0", f"{where}/downsample.0", (inputs, outputs), (1, 1, 1), strides)
        x = batch_norm(graph, x, f"{branch}.1", f"{where}/downsample.1", outputs)
    return graph.node("Relu", [graph.node("Add", [y, x], scope)], f"{scope}/relu")


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 3, 16, 112, 112], output `logits` [1, 400]."""
    graph = GraphBuilder("resnet3d_18", weights_file)
    x = graph.input("input", [1, 3, 16, 112, 112])
    x = convolution(graph, x, "stem.0", "stem/stem.0", (3, 64), (3, 7, 7), (1, 2, 2), 1.0)
    x = batch_norm(graph, x, "stem.1", "stem/stem.1", 64)
    x = graph.node("Relu", [x], "stem/stem.2")
    channels = 64
    for stage, (outputs, stride) in enumerate(STAGES, start=1):
        for block in range(BLOCKS):
            module = f"layer{stage}.{block}"
            scope = f"layer{stage}/{module}"
            x = _basic_block(graph, x, module, scope, channels, outputs, stride if block == 0 else 1)
            channels = outputs
    x = graph.node("GlobalAveragePool", [x], "avgpool")
    x = graph.node("Flatten", [x], axis=1)
    x = gemm(graph, x, "fc", "fc", (channels, CLASSES), 1.0, "logits")
    graph.output(x, [1, CLASSES])
    return graph.model()
