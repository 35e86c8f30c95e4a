"""Layers that several models have, as PyTorch's exporter writes them."""

from __future__ import annotations

import math

import numpy as np

from graph import GraphBuilder


def convolution(
    graph: GraphBuilder, x: str, module: str, scope: str, channels: tuple[int, int], kernel: tuple[int, ...],
    strides: tuple[int, ...], gain: float = 2.9,
) -> str:  # fmt: skip
    """Without bias, padded by half of the kernel. gain is that of the second moment from input to output."""
    fan_in = channels[0] * math.prod(kernel)
    # Activations behind a ReLU have a mean of their own; filters with zero mean look at what the input changes.
    recipe = f"centred_normal({math.sqrt(gain / fan_in):.6g})"
    weight = graph.weight(f"{module}.weight", [channels[1], channels[0], *kernel], recipe)
    return graph.node(
        "Conv", [x, weight], scope, dilations=[1] * len(kernel), group=1, kernel_shape=list(kernel),
        pads=[size // 2 for size in kernel] * 2, strides=list(strides),
    )  # fmt: skip


def batch_norm(
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


def layer_norm(graph: GraphBuilder, x: str, module: str, scope: str, size: int, epsilon: float) -> str:
    """The native operator."""
    scale = graph.weight(f"{module}.weight", [size], "uniform(0.8, 1.2)")
    shift = graph.weight(f"{module}.bias", [size], "normal(0, 0.1)")
    return graph.node("LayerNormalization", [x, scale, shift], scope, axis=-1, epsilon=epsilon)


def linear(
    graph: GraphBuilder, x: str, weight: str, bias: str | None, scope: str, shape: tuple[int, int], gain: float
) -> str:
    """MatMul and Add; the weight is [in, out]. gain is the standard deviation of the result for an input of unit
    second moment."""
    matrix = graph.weight(weight, list(shape), f"normal(0, {gain / math.sqrt(shape[0]):.6g})")
    if bias is None:
        return graph.node("MatMul", [x, matrix], scope)
    vector = graph.weight(bias, [shape[1]], "normal(0, 0.1)")
    return graph.node("Add", [vector, graph.node("MatMul", [x, matrix], scope)], scope)


def gemm(
    graph: GraphBuilder, x: str, module: str, scope: str, shape: tuple[int, int], gain: float, output: str = ""
) -> str:
    """The same as one operator; the weight is [out, in]."""
    weight = graph.weight(f"{module}.weight", [shape[1], shape[0]], f"normal(0, {gain / math.sqrt(shape[0]):.6g})")
    bias = graph.weight(f"{module}.bias", [shape[1]], "normal(0, 0.1)")
    return graph.node("Gemm", [x, weight, bias], scope, output=output, alpha=1.0, beta=1.0, transB=1)


def gelu(graph: GraphBuilder, x: str, scope: str) -> str:
    """By erf, as a chain."""
    y = graph.node("Div", [x, graph.constant(math.sqrt(2.0), scope=scope)], scope)
    y = graph.node("Erf", [y], scope)
    y = graph.node("Add", [y, graph.constant(1.0, scope=scope)], scope)
    y = graph.node("Mul", [x, y], scope)
    return graph.node("Mul", [y, graph.constant(0.5, scope=scope)], scope)


def reshape(graph: GraphBuilder, x: str, scope: str, *shape: int) -> str:
    return graph.node("Reshape", [x, graph.constant(shape, np.int64, scope)], scope)


def split_heads(graph: GraphBuilder, x: str, scope: str, shape: tuple[int, int, int], perm: list[int]) -> str:
    """[1, tokens, hidden] as [1, *shape] (tokens, heads, head's size), transposed."""
    return graph.node("Transpose", [reshape(graph, x, scope, 1, *shape)], scope, perm=perm)
