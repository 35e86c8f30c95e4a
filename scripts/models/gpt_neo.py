"""GPT-Neo 125M (128 tokens, logits of each) as the exporter writes it with native LayerNormalization: linear layers are
MatMul and Add with weights [in, out], the GELU by tanh is a chain, and the head is the transposed word embedding."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import TensorProto

from graph import GraphBuilder
from layers import layer_norm, linear, reshape, split_heads

TOKENS = 128
LAYERS = 12
HIDDEN = 768
HEADS = 12
HEAD_SIZE = HIDDEN // HEADS
INTERMEDIATE = 3072
VOCABULARY = 50257
POSITIONS = 2048
WINDOW = 256
EPSILON = 1e-5
LEAST = np.finfo(np.float32).min
# The standard deviation of what a block adds: small enough that 24 sums leave the activations near unit variance.
RESIDUAL_GAIN = 0.35


def _linear(
    graph: GraphBuilder, x: str, module: str, scope: str, shape: tuple[int, int], gain: float, bias: bool = True
) -> str:
    return linear(graph, x, f"{module}.weight", f"{module}.bias" if bias else None, scope, shape, gain)


def _gelu_new(graph: GraphBuilder, x: str, scope: str) -> str:
    half = graph.node("Mul", [x, graph.constant(0.5, scope=scope)], scope)
    cube = graph.node("Pow", [x, graph.constant(3.0, scope=scope)], scope)
    y = graph.node("Mul", [cube, graph.constant(0.044715, scope=scope)], scope)
    y = graph.node("Add", [x, y], scope)
    y = graph.node("Mul", [y, graph.constant(math.sqrt(2.0 / math.pi), scope=scope)], scope)
    y = graph.node("Tanh", [y], scope)
    y = graph.node("Add", [y, graph.constant(1.0, scope=scope)], scope)
    return graph.node("Mul", [half, y], scope)


def _attention(graph: GraphBuilder, x: str, causal: str, mask: str, module: str, scope: str) -> str:
    square = (HIDDEN, HIDDEN)
    # The scores are not divided by the root of the head's size, so queries and keys are small: the softmax is neither
    # flat nor a single peak.
    query = _linear(graph, x, f"{module}.q_proj", f"{scope}/q_proj", square, 0.5, bias=False)
    key = _linear(graph, x, f"{module}.k_proj", f"{scope}/k_proj", square, 0.5, bias=False)
    value = _linear(graph, x, f"{module}.v_proj", f"{scope}/v_proj", square, 1.0, bias=False)
    query = split_heads(graph, query, scope, (TOKENS, HEADS, HEAD_SIZE), [0, 2, 1, 3])
    key = split_heads(graph, key, scope, (TOKENS, HEADS, HEAD_SIZE), [0, 2, 3, 1])
    value = split_heads(graph, value, scope, (TOKENS, HEADS, HEAD_SIZE), [0, 2, 1, 3])
    scores = graph.node("MatMul", [query, key], scope)
    scores = graph.node("Where", [causal, scores, graph.constant(LEAST, scope=scope)], scope)
    scores = graph.node("Add", [scores, mask], scope)
    weights = graph.node("Softmax", [scores], scope, axis=-1)
    context = graph.node("MatMul", [weights, value], scope)
    context = graph.node("Transpose", [context], scope, perm=[0, 2, 1, 3])
    context = reshape(graph, context, scope, 1, TOKENS, HIDDEN)
    return _linear(graph, context, f"{module}.out_proj", f"{scope}/out_proj", square, 2 * RESIDUAL_GAIN)


def _layer(graph: GraphBuilder, x: str, causal: str, mask: str, index: int) -> str:
    module, scope = f"transformer.h.{index}", f"transformer/h.{index}"
    y = layer_norm(graph, x, f"{module}.ln_1", f"{scope}/ln_1", HIDDEN, EPSILON)
    y = _attention(graph, y, causal, mask, f"{module}.attn.attention", f"{scope}/attn/attention")
    x = graph.node("Add", [y, x], scope)
    y = layer_norm(graph, x, f"{module}.ln_2", f"{scope}/ln_2", HIDDEN, EPSILON)
    y = _linear(graph, y, f"{module}.mlp.c_fc", f"{scope}/mlp/c_fc", (HIDDEN, INTERMEDIATE), 1.0)
    y = _gelu_new(graph, y, f"{scope}/mlp/act")
    y = _linear(graph, y, f"{module}.mlp.c_proj", f"{scope}/mlp/c_proj", (INTERMEDIATE, HIDDEN), RESIDUAL_GAIN / 0.65)
    return graph.node("Add", [x, y], scope)


def _causal_masks(graph: GraphBuilder) -> list[str]:
    """What may be looked at [1, 1, tokens, tokens], for global and for local attention: the model's buffers, cut to
    the number of tokens. A local window holds the token itself and those before it."""
    distance = np.arange(TOKENS)[:, np.newaxis] - np.arange(TOKENS)
    seen = (distance >= 0, (distance >= 0) & (distance < WINDOW))
    names = [f"transformer.h.{index}.attn.attention.bias" for index in range(2)]
    return [graph.initializer(name, mask[np.newaxis, np.newaxis]) for name, mask in zip(names, seen)]


def _additive_mask(graph: GraphBuilder, mask: str) -> str:
    """[1, tokens] of ones and zeros -> [1, 1, 1, tokens] of zeros and the most negative float."""
    scope = "transformer"
    y = graph.node("Unsqueeze", [mask, graph.constant([1, 2], np.int64, scope)], scope)
    y = graph.node("Cast", [y], scope, to=TensorProto.FLOAT)
    y = graph.node("Sub", [graph.constant(1.0, scope=scope), y], scope)
    return graph.node("Mul", [y, graph.constant(LEAST, scope=scope)], scope)


def build(weights_file: str) -> onnx.ModelProto:
    """Inputs `input_ids` and `attention_mask` [1, 128] int64, output `logits` [1, 128, 50257]."""
    graph = GraphBuilder("gpt_neo_125m_128", weights_file)
    shape = [1, TOKENS]
    token_ids = graph.input("input_ids", shape, TensorProto.INT64, f"integers(0, {VOCABULARY})")
    attention_mask = graph.input("attention_mask", shape, TensorProto.INT64, "ones_then_zeros(0.75)")
    mask = _additive_mask(graph, attention_mask)
    words = graph.weight("transformer.wte.weight", [VOCABULARY, HIDDEN], f"normal(0, {1 / math.sqrt(HIDDEN):.6g})")
    places = graph.weight("transformer.wpe.weight", [POSITIONS, HIDDEN], "normal(0, 0.02)")
    position_ids = graph.constant(np.arange(TOKENS)[np.newaxis], np.int64, "transformer")
    x = graph.node("Gather", [words, token_ids], "transformer/wte", axis=0)
    y = graph.node("Gather", [places, position_ids], "transformer/wpe", axis=0)
    x = graph.node("Add", [x, y], "transformer")
    causal = _causal_masks(graph)
    for index in range(LAYERS):
        x = _layer(graph, x, causal[index % 2], mask, index)
    x = layer_norm(graph, x, "transformer.ln_f", "transformer/ln_f", HIDDEN, EPSILON)
    head = graph.node("Transpose", [words], "lm_head", perm=[1, 0])
    x = graph.node("MatMul", [x, head], "lm_head", output="logits")
    graph.output(x, [1, TOKENS, VOCABULARY])
    return graph.model()
