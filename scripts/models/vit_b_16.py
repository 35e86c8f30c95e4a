"""ViT-B/16 (torchvision's vit_b_16) as the exporter writes it: native LayerNormalization, one projection to queries,
keys and values together, the attention's scale computed from a shape, GELU by erf as a chain."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import TensorProto

from graph import GraphBuilder
from layers import gelu, gemm, layer_norm, linear, reshape

PICTURE = 224
PATCH = 16
PATCHES = (PICTURE // PATCH) ** 2
TOKENS = PATCHES + 1
LAYERS = 12
HIDDEN = 768
HEADS = 12
HEAD_SIZE = HIDDEN // HEADS
INTERMEDIATE = 3072
CLASSES = 1000
EPSILON = 1e-6
# The standard deviation of what a block adds: small enough that 24 sums leave the activations near unit variance.
RESIDUAL_GAIN = 0.35


def _scale(graph: GraphBuilder, query: str, scope: str) -> str:
    """1 / sqrt(head's size)."""
    shape = graph.node("Shape", [query], scope)
    last, end = graph.constant([-1], np.int64, scope), graph.constant([np.iinfo(np.int64).max], np.int64, scope)
    size = graph.node("Slice", [shape, last, end], scope)
    size = graph.node("Sqrt", [graph.node("Cast", [size], scope, to=TensorProto.FLOAT)], scope)
    scale = graph.node("Div", [graph.constant([1.0], scope=scope), size], scope)
    return graph.node("Cast", [scale], scope, to=TensorProto.FLOAT)


def _projections(graph: GraphBuilder, x: str, module: str, scope: str) -> list[str]:
    """Queries, keys and values [1, heads, tokens, head's size] of x [tokens, 1, hidden]."""
    weight, bias = f"{module}.in_proj_weight", f"{module}.in_proj_bias"
    y = linear(graph, x, weight, bias, scope, (HIDDEN, 3 * HIDDEN), 1.2)
    y = reshape(graph, y, scope, TOKENS, 1, 3, HIDDEN)
    y = graph.node("Unsqueeze", [y, graph.constant([0], np.int64, scope)], scope)
    y = graph.node("Transpose", [y], scope, perm=[3, 1, 2, 0, 4])
    y = graph.node("Squeeze", [y, graph.constant([3], np.int64, scope)], scope)
    parts = []
    for index in range(3):
        part = graph.node("Gather", [y, graph.constant(index, np.int64, scope)], scope, axis=0)
        part = graph.node("Transpose", [reshape(graph, part, scope, TOKENS, HEADS, HEAD_SIZE)], scope, perm=[1, 0, 2])
        parts.append(reshape(graph, part, scope, 1, HEADS, TOKENS, HEAD_SIZE))
    return parts


def _self_attention(graph: GraphBuilder, x: str, module: str, scope: str) -> str:
    x = graph.node("Transpose", [x], scope, perm=[1, 0, 2])
    query, key, value = _projections(graph, x, module, scope)
    scale = _scale(graph, query, scope)
    key = graph.node("Transpose", [key], scope, perm=[0, 1, 3, 2])
    # The scale's root in each factor keeps the scores in range.
    query = graph.node("Mul", [query, graph.node("Sqrt", [scale], scope)], scope)
    key = graph.node("Mul", [key, graph.node("Sqrt", [scale], scope)], scope)
    weights = graph.node("Softmax", [graph.node("MatMul", [query, key], scope)], scope, axis=-1)
    y = graph.node("MatMul", [weights, value], scope)
    y = graph.node("Transpose", [y], scope, perm=[2, 0, 1, 3])
    y = reshape(graph, y, scope, TOKENS, HIDDEN)
    y = gemm(graph, y, f"{module}.out_proj", scope, (HIDDEN, HIDDEN), 2 * RESIDUAL_GAIN)
    return graph.node("Transpose", [reshape(graph, y, scope, TOKENS, 1, HIDDEN)], scope, perm=[1, 0, 2])


def _mlp(graph: GraphBuilder, x: str, module: str, scope: str) -> str:
    first, second = f"{module}.0", f"{module}.3"
    y = linear(graph, x, f"{first}.weight", f"{first}.bias", f"{scope}/mlp.0", (HIDDEN, INTERMEDIATE), 1.0)
    y = gelu(graph, y, f"{scope}/mlp.1")
    gain = RESIDUAL_GAIN / 0.65
    return linear(graph, y, f"{second}.weight", f"{second}.bias", f"{scope}/mlp.3", (INTERMEDIATE, HIDDEN), gain)


def _layer(graph: GraphBuilder, x: str, index: int) -> str:
    module = f"encoder.layers.encoder_layer_{index}"
    scope = f"encoder/layers/encoder_layer_{index}"
    y = layer_norm(graph, x, f"{module}.ln_1", f"{scope}/ln_1", HIDDEN, EPSILON)
    y = _self_attention(graph, y, f"{module}.self_attention", f"{scope}/self_attention")
    x = graph.node("Add", [y, x], scope)
    y = layer_norm(graph, x, f"{module}.ln_2", f"{scope}/ln_2", HIDDEN, EPSILON)
    y = _mlp(graph, y, f"{module}.mlp", f"{scope}/mlp")
    return graph.node("Add", [x, y], scope)


def _embeddings(graph: GraphBuilder, picture: str) -> str:
    """[1, 3, 224, 224] -> [1, tokens, hidden]: the class token, then a token for each patch."""
    fan_in = 3 * PATCH * PATCH
    weight = graph.weight("conv_proj.weight", [HIDDEN, 3, PATCH, PATCH], f"normal(0, {math.sqrt(1 / fan_in):.6g})")
    bias = graph.weight("conv_proj.bias", [HIDDEN], "normal(0, 0.1)")
    x = graph.node(
        "Conv", [picture, weight, bias], "conv_proj", dilations=[1, 1], group=1, kernel_shape=[PATCH, PATCH],
        pads=[0] * 4, strides=[PATCH, PATCH],
    )  # fmt: skip
    x = graph.node("Transpose", [reshape(graph, x, "", 1, HIDDEN, PATCHES)], perm=[0, 2, 1])
    token = graph.weight("class_token", [1, 1, HIDDEN], "normal(0, 0.5)")
    token = graph.node("Expand", [token, graph.constant([1, 1, HIDDEN], np.int64)])
    x = graph.node("Concat", [token, x], axis=1)
    positions = graph.weight("encoder.pos_embedding", [1, TOKENS, HIDDEN], "normal(0, 0.2)")
    return graph.node("Add", [x, positions], "encoder")


def build(weights_file: str) -> onnx.ModelProto:
    """The model, batch 1, input `input` [1, 3, 224, 224], output `logits` [1, 1000]."""
    graph = GraphBuilder("vit_b_16", weights_file)
    x = _embeddings(graph, graph.input("input", [1, 3, PICTURE, PICTURE]))
    for index in range(LAYERS):
        x = _layer(graph, x, index)
    x = layer_norm(graph, x, "encoder.ln", "encoder/ln", HIDDEN, EPSILON)
    x = graph.node("Gather", [x, graph.constant(0, np.int64)], axis=1)
    x = gemm(graph, x, "heads.head", "heads/head", (HIDDEN, CLASSES), 1.0, "logits")
    graph.output(x, [1, CLASSES])
    return graph.model()
