"""MobileNet-V2 (width 1.0) as an export in evaluation mode writes it: BatchNorm folded into the convolutions, ReLU6 as
Clip with minimum and maximum from Constant nodes."""

from __future__ import annotations

import math

import onnx

from graph import GraphBuilder
from layers import gemm

# expansion, output channels, blocks, stride of the first block
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
STEM = 32
HEAD = 1280
CLASSES = 1000
RESIDUAL_SCALE = 0.6


def _conv(
    graph: GraphBuilder, x: str, module: str, scope: str, shape: tuple[int, int, int], stride: int, group: int,
    gain: float,
) -> str:  # fmt: skip
    outputs, inputs_per_group, kernel = shape
    std = math.sqrt(gain / (inputs_per_group * kernel * kernel))
    # Activations behind a ReLU6 have a mean of their own; filters with zero mean look at what the input changes.
    recipe = f"normal(0, {std:.6g})" if group > 1 else f"centred_normal({std:.6g})"
    weight = graph.weight(f"{module}.weight", [outputs, inputs_per_group, kernel, kernel], recipe)
    bias = graph.weight(f"{module}.bias", [outputs], "normal(0, 0.1)")
    return graph.node(
        "Conv", [x, weight, bias], scope, dilations=[1, 1], group=group, kernel_shape=[kernel, kernel],
        pads=[kernel // 2] * 4, strides=[stride, stride],
    )  # fmt: skip


def _relu6(graph: GraphBuilder, x: str, scope: str) -> str:
    low = graph.constant(0.0, scope=scope)
    high = graph.constant(6.0, scope=scope)
    return graph.node("Clip", [x, low, high], scope)


def _inverted_residual(
    graph: GraphBuilder, x: str, index: int, inputs: int, outputs: int, expansion: int, stride: int
) -> str:
    module = f"features.{index}.conv"
    scope = f"features/features.{index}/conv"
    hidden = inputs * expansion
    y, part = x, 0
    if expansion != 1:
        # The input of a block is linear (unit second moment), so it needs half of He's gain.
        y = _conv(graph, y, f"{module}.0.0", f"{scope}/conv.0/conv.0.0", (hidden, inputs, 1), 1, 1, 1.0)
        y = _relu6(graph, y, f"{scope}/conv.0/conv.0.2")
        part = 1
    unit = f"{scope}/conv.{part}"
    y = _conv(graph, y, f"{module}.{part}.0", f"{unit}/conv.{part}.0", (hidden, 1, 3), stride, hidden, 2.0)
    y = _relu6(graph, y, f"{unit}/conv.{part}.2")
    residual = stride == 1 and inputs == outputs
    gain = 2.9 * (RESIDUAL_SCALE**2 if residual else 1.0)
    y = _conv(graph, y, f"{module}.{part + 1}", f"{scope}/conv.{part + 1}", (outputs, hidden, 1), 1, 1, gain)
    return graph.node("Add", [x, y], f"features/features.{index}") if residual else y


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 3, 224, 224], output `logits` [1, 1000]."""
    graph = GraphBuilder("mobilenet_v2", weights_file)
    x = graph.input("input", [1, 3, 224, 224])
    x = _conv(graph, x, "features.0.0", "features/features.0/features.0.0", (STEM, 3, 3), 2, 1, 1.0)
    x = _relu6(graph, x, "features/features.0/features.0.2")
    channels, index = STEM, 1
    for expansion, outputs, blocks, stride in STAGES:
        for block in range(blocks):
            x = _inverted_residual(graph, x, index, channels, outputs, expansion, stride if block == 0 else 1)
            channels = outputs
            index += 1
    x = _conv(graph, x, f"features.{index}.0", f"features/features.{index}/features.{index}.0", (HEAD, channels, 1),
              1, 1, 1.0)  # fmt: skip
    x = _relu6(graph, x, f"features/features.{index}/features.{index}.2")
    x = graph.node("GlobalAveragePool", [x])
    x = graph.node("Flatten", [x], axis=1)
    x = gemm(graph, x, "classifier.1", "classifier/classifier.1", (HEAD, CLASSES), 1.0, "logits")
    graph.output(x, [1, CLASSES])
    return graph.model()
