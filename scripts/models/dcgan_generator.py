"""The generator of DCGAN (PyTorch's example: 100 random numbers become a picture of 64 x 64 by five transposed
convolutions), BatchNormalization nodes kept."""

from __future__ import annotations

import math

import onnx

from graph import GraphBuilder
from layers import batch_norm

LATENT = 100
KERNEL = 4
# Output channels, stride and padding of each transposed convolution.
LAYERS = ((512, 1, 0), (256, 2, 1), (128, 2, 1), (64, 2, 1), (3, 2, 1))
PICTURE = 64


def _conv_transpose(
    graph: GraphBuilder, x: str, index: int, channels: tuple[int, int], stride: int, padding: int, gain: float
) -> str:
    # An element of the output meets the kernel's taps that the stride leaves it; the first layer's input is one pixel.
    taps = (KERNEL // stride) ** 2 if stride > 1 else 1
    recipe = f"normal(0, {math.sqrt(gain / (channels[0] * taps)):.6g})"
    weight = graph.weight(f"main.{index}.weight", [*channels, KERNEL, KERNEL], recipe)
    return graph.node(
        "ConvTranspose", [x, weight], f"main/main.{index}", dilations=[1, 1], group=1, kernel_shape=[KERNEL] * 2,
        pads=[padding] * 4, strides=[stride] * 2,
    )  # fmt: skip


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 100, 1, 1], output `picture` [1, 3, 64, 64] in -1 to 1."""
    graph = GraphBuilder("dcgan_generator", weights_file)
    x = graph.input("input", [1, LATENT, 1, 1])
    inputs, index = LATENT, 0
    for outputs, stride, padding in LAYERS[:-1]:
        x = _conv_transpose(graph, x, index, (inputs, outputs), stride, padding, 1.0 if index == 0 else 2.0)
        x = batch_norm(graph, x, f"main.{index + 1}", f"main/main.{index + 1}", outputs)
        x = graph.node("Relu", [x], f"main/main.{index + 2}")
        inputs, index = outputs, index + 3
    outputs, stride, padding = LAYERS[-1]
    # Near unit variance, so that the tanh is neither linear nor saturated.
    x = _conv_transpose(graph, x, index, (inputs, outputs), stride, padding, 1.0)
    x = graph.node("Tanh", [x], f"main/main.{index + 1}", output="picture")
    graph.output(x, [1, outputs, PICTURE, PICTURE])
    return graph.model()
