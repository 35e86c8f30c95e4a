"""ResNet3D-18 (torchvision's r3d_18: a clip of 16 frames, 3-D convolutions throughout), BatchNormalization nodes kept."""

from __future__ import annotations

import math

import onnx

from graph import GraphBuilder

STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))
BLOCKS = 2
CLASSES = 400
# The scale of a residual branch: small enough that eight sums leave the activations near unit variance.
RESIDUAL_SCALE = (0.4, 0.7)


def _conv(
    graph: GraphBuilder, x: str, module: str, scope: str, channels: tuple[int, int], kernel: tuple[int, int, int],
    strides: tuple[int, int, int], gain: float = 2.9,
) -> str:  # fmt: skip
    fan_in = channels[0] * math.prod(kernel)
    # Activations behind a ReLU have a mean of their own; filters with zero mean look at what the input changes.
    recipe = f"centred_normal({math.sqrt(gain / fan_in):.6g})"
    weight = graph.weight(f"{module}.weight", [channels[1], channels[0], *kernel], recipe)
    return graph.node(
        "Conv", [x, weight], scope, dilations=[1, 1, 1], group=1, kernel_shape=list(kernel),
        pads=[size // 2 for size in kernel] * 2, strides=list(strides),
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


def _basic_block(graph: GraphBuilder, x: str, module: str, scope: str, inputs: int, outputs: int, stride: int) -> str:
    cube, strides = (3, 3, 3), (stride, stride, stride)
    y = _conv(graph, x, f"{module}.conv1.0", f"{scope}/conv1/conv1.0", (inputs, outputs), cube, strides)
    y = _batch_norm(graph, y, f"{module}.conv1.1", f"{scope}/conv1/conv1.1", outputs)
    y = graph.node("Relu", [y], f"{scope}/conv1/conv1.2")
    y = _conv(graph, y, f"{module}.conv2.0", f"{scope}/conv2/conv2.0", (outputs, outputs), cube, (1, 1, 1))
    y = _batch_norm(graph, y, f"{module}.conv2.1", f"{scope}/conv2/conv2.1", outputs, RESIDUAL_SCALE)
    if stride != 1 or inputs != outputs:
        branch, where = f"{module}.downsample", f"{scope}/downsample"
        x = _conv(graph, x, f"{branch}.0", f"{where}/downsample.0", (inputs, outputs), (1, 1, 1), strides)
        x = _batch_norm(graph, x, f"{branch}.1", f"{where}/downsample.1", outputs)
    return graph.node("Relu", [graph.node("Add", [y, x], scope)], f"{scope}/relu")


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 3, 16, 112, 112], output `logits` [1, 400]."""
    graph = GraphBuilder("resnet3d_18", weights_file)
    x = graph.input("input", [1, 3, 16, 112, 112])
    x = _conv(graph, x, "stem.0", "stem/stem.0", (3, 64), (3, 7, 7), (1, 2, 2), 1.0)
    x = _batch_norm(graph, x, "stem.1", "stem/stem.1", 64)
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
    weight = graph.weight("fc.weight", [CLASSES, channels], f"normal(0, {math.sqrt(1 / channels):.6g})")
    bias = graph.weight("fc.bias", [CLASSES], "normal(0, 0.1)")
    x = graph.node("Gemm", [x, weight, bias], "fc", output="logits", alpha=1.0, beta=1.0, transB=1)
    graph.output(x, [1, CLASSES])
    return graph.model()
