"""BERT-base uncased (encoder and pooler, 128 tokens) as the exporter writes it below native LayerNormalization: layer
norm and GELU are chains of primitive operators, linear layers MatMul and Add with weights [in, out]."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import TensorProto

from graph import GraphBuilder
from layers import gelu, gemm, linear, reshape, split_heads

TOKENS = 128
LAYERS = 12
HIDDEN = 768
HEADS = 12
HEAD_SIZE = HIDDEN // HEADS
INTERMEDIATE = 3072
VOCABULARY = 30522
POSITIONS = 512
SEGMENTS = 2
EPSILON = 1e-12


def _layer_norm(graph: GraphBuilder, x: str, module: str, scope: str, output: str = "") -> str:
    scale = graph.weight(f"{module}.weight", [HIDDEN], "uniform(0.8, 1.2)")
    shift = graph.weight(f"{module}.bias", [HIDDEN], "normal(0, 0.1)")
    mean = graph.node("ReduceMean", [x], scope, axes=[-1], keepdims=1)
    centred = graph.node("Sub", [x, mean], scope)
    square = graph.node("Pow", [centred, graph.constant(2.0, scope=scope)], scope)
    variance = graph.node("ReduceMean", [square], scope, axes=[-1], keepdims=1)
    variance = graph.node("Add", [variance, graph.constant(EPSILON, scope=scope)], scope)
    normal = graph.node("Div", [centred, graph.node("Sqrt", [variance], scope)], scope)
    scaled = graph.node("Mul", [normal, scale], scope)
    return graph.node("Add", [scaled, shift], scope, output=output)


def _linear(graph: GraphBuilder, x: str, module: str, scope: str, shape: tuple[int, int], gain: float) -> str:
    return linear(graph, x, f"{module}.weight", f"{module}.bias", scope, shape, gain)


def _self_attention(graph: GraphBuilder, x: str, mask: str, module: str, scope: str) -> str:
    square = (HIDDEN, HIDDEN)
    # Queries and keys a little above unit size, so that the softmax is neither flat nor a single peak.
    query = _linear(graph, x, f"{module}.query", f"{scope}/query", square, 1.4)
    key = _linear(graph, x, f"{module}.key", f"{scope}/key", square, 1.4)
    key = split_heads(graph, key, scope, (TOKENS, HEADS, HEAD_SIZE), [0, 2, 3, 1])
    value = _linear(graph, x, f"{module}.value", f"{scope}/value", square, 1.0)
    value = split_heads(graph, value, scope, (TOKENS, HEADS, HEAD_SIZE), [0, 2, 1, 3])
    query = split_heads(graph, query, scope, (TOKENS, HEADS, HEAD_SIZE), [0, 2, 1, 3])
    scores = graph.node("MatMul", [query, key], scope)
    scores = graph.node("Div", [scores, graph.constant(math.sqrt(HEAD_SIZE), scope=scope)], scope)
    scores = graph.node("Add", [scores, mask], scope)
    weights = graph.node("Softmax", [scores], scope, axis=-1)
    context = graph.node("MatMul", [weights, value], scope)
    context = graph.node("Transpose", [context], scope, perm=[0, 2, 1, 3])
    return reshape(graph, context, scope, 1, TOKENS, HIDDEN)


def _layer(graph: GraphBuilder, x: str, mask: str, index: int, output: str) -> str:
    module = f"encoder.layer.{index}"
    scope = f"encoder/layer.{index}"
    y = _self_attention(graph, x, mask, f"{module}.attention.self", f"{scope}/attention/self")
    part, where = f"{module}.attention.output", f"{scope}/attention/output"
    y = _linear(graph, y, f"{part}.dense", f"{where}/dense", (HIDDEN, HIDDEN), 1.0)
    x = _layer_norm(graph, graph.node("Add", [y, x], where), f"{part}.LayerNorm", f"{where}/LayerNorm")
    y = _linear(graph, x, f"{module}.intermediate.dense", f"{scope}/intermediate/dense", (HIDDEN, INTERMEDIATE), 1.0)
    y = gelu(graph, y, f"{scope}/intermediate/intermediate_act_fn")
    y = _linear(graph, y, f"{module}.output.dense", f"{scope}/output/dense", (INTERMEDIATE, HIDDEN), 1.0)
    y = graph.node("Add", [y, x], f"{scope}/output")
    return _layer_norm(graph, y, f"{module}.output.LayerNorm", f"{scope}/output/LayerNorm", output)


def _embeddings(graph: GraphBuilder, token_ids: str, segment_ids: str) -> str:
    scope, module = "embeddings", "embeddings"
    words = graph.weight(f"{module}.word_embeddings.weight", [VOCABULARY, HIDDEN], "normal(0, 0.05)")
    positions = graph.weight(f"{module}.position_embeddings.weight", [POSITIONS, HIDDEN], "normal(0, 0.03)")
    segments = graph.weight(f"{module}.token_type_embeddings.weight", [SEGMENTS, HIDDEN], "normal(0, 0.02)")
    position_ids = graph.initializer(f"{module}.position_ids", np.arange(TOKENS, dtype=np.int64)[np.newaxis])
    x = graph.node("Gather", [words, token_ids], f"{scope}/word_embeddings", axis=0)
    y = graph.node("Gather", [segments, segment_ids], f"{scope}/token_type_embeddings", axis=0)
    x = graph.node("Add", [x, y], scope)
    y = graph.node("Gather", [positions, position_ids], f"{scope}/position_embeddings", axis=0)
    x = graph.node("Add", [x, y], scope)
    return _layer_norm(graph, x, f"{module}.LayerNorm", f"{scope}/LayerNorm")


def _additive_mask(graph: GraphBuilder, mask: str) -> str:
    """[1, tokens] of ones and zeros -> [1, 1, 1, tokens] of zeros and the most negative float."""
    y = graph.node("Unsqueeze", [mask, graph.constant([1], np.int64)])
    y = graph.node("Unsqueeze", [y, graph.constant([2], np.int64)])
    y = graph.node("Cast", [y], to=TensorProto.FLOAT)
    y = graph.node("Sub", [graph.constant(1.0), y])
    return graph.node("Mul", [y, graph.constant(np.finfo(np.float32).min)])


def build(weights_file: str) -> onnx.ModelProto:
    """Inputs `input_ids`, `attention_mask`, `token_type_ids` [1, 128] int64; outputs `last_hidden_state`
    [1, 128, 768] and `pooler_output` [1, 768]."""
    graph = GraphBuilder("bert_base_128", weights_file)
    shape = [1, TOKENS]
    token_ids = graph.input("input_ids", shape, TensorProto.INT64, f"integers(0, {VOCABULARY})")
    attention_mask = graph.input("attention_mask", shape, TensorProto.INT64, "ones_then_zeros(0.75)")
    segment_ids = graph.input("token_type_ids", shape, TensorProto.INT64, "zeros_then_ones(0.3)")
    mask = _additive_mask(graph, attention_mask)
    x = _embeddings(graph, token_ids, segment_ids)
    for index in range(LAYERS):
        x = _layer(graph, x, mask, index, "last_hidden_state" if index == LAYERS - 1 else "")
    first = graph.node("Gather", [x, graph.constant(0, np.int64, "pooler")], "pooler", axis=1)
    y = gemm(graph, first, "pooler.dense", "pooler/dense", (HIDDEN, HIDDEN), 0.7)
    y = graph.node("Tanh", [y], "pooler/activation", output="pooler_output")
    graph.output(x, [1, TOKENS, HIDDEN])
    graph.output(y, [1, HIDDEN])
    return graph.model()
