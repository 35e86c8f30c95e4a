"""Test models: matrix products and what is built of them."""

from __future__ import annotations

import math

import numpy as np
from onnx import TensorProto

from test_case import CaseGraph, case


@case("Gemm with transB as PyTorch's Linear writes it")
def gemm(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 10])
    graph.result(graph.node("Gemm", [x, graph.random("w", [7, 10]), graph.random("b", [7])], transB=1))


@case("Gemm with transA, alpha and beta")
def gemm_trans_a(graph: CaseGraph) -> None:
    x = graph.input("x", [10, 3])
    y = graph.node("Gemm", [x, graph.random("w", [10, 7]), graph.random("c", [3, 7])], transA=1, alpha=0.5, beta=2.0)
    graph.result(y)


@case("Gemm without C, both transposed")
def gemm_without_c(graph: CaseGraph) -> None:
    x = graph.input("x", [6, 4])
    graph.result(graph.node("Gemm", [x, graph.random("w", [5, 6])], transA=1, transB=1))


@case("Gemm with C broadcast from a column; beta 0.25")
def gemm_column_c(graph: CaseGraph) -> None:
    x = graph.input("x", [4, 6])
    graph.result(graph.node("Gemm", [x, graph.random("w", [6, 5]), graph.random("c", [4, 1])], beta=0.25))


@case("Gemm of two inputs: no operand is constant")
def gemm_two_inputs(graph: CaseGraph) -> None:
    a, b = graph.input("a", [4, 6]), graph.input("b", [5, 6])
    graph.result(graph.node("Gemm", [a, b], transB=1))


@case("Gemm with C as an input: a number, a row and a column")
def gemm_input_c(graph: CaseGraph) -> None:
    a, weight = graph.input("a", [4, 6]), graph.random("w", [6, 5])
    for name, shape in (("number", []), ("row", [5]), ("column", [4, 1])):
        c = graph.input(name, shape)
        graph.result(graph.node("Gemm", [a, weight, c], beta=0.5), f"{name}_out")


@case("MatMul of 3-D by constant 2-D, with bias")
def matmul_dense(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 5, 8])
    y = graph.node("MatMul", [x, graph.random("w", [8, 6])])
    graph.result(graph.node("Add", [graph.random("b", [6]), y]))


@case("MatMul with batch dimensions that broadcast both ways: [2,1,3,4] by [5,4,6]")
def matmul_broadcast(graph: CaseGraph) -> None:
    a, b = graph.input("a", [2, 1, 3, 4]), graph.input("b", [5, 4, 6])
    graph.result(graph.node("MatMul", [a, b]))


@case("MatMul of a constant by an input")
def matmul_constant_left(graph: CaseGraph) -> None:
    x = graph.input("x", [3, 6, 5])
    graph.result(graph.node("MatMul", [graph.random("w", [4, 6]), x]))


@case("MatMul of a vector by a matrix")
def matmul_vector_left(graph: CaseGraph) -> None:
    a, b = graph.input("a", [6]), graph.input("b", [3, 6, 5])
    graph.result(graph.node("MatMul", [a, b]))


@case("MatMul of a matrix by a vector, and of two vectors")
def matmul_vector_right(graph: CaseGraph) -> None:
    a, b = graph.input("a", [2, 4, 6]), graph.input("b", [6])
    graph.result(graph.node("MatMul", [a, b]))
    graph.result(graph.node("MatMul", [b, b]), "dot")


@case("perceptron: three Gemm with Relu, Sigmoid at the end")
def mlp(graph: CaseGraph) -> None:
    x, width = graph.input("x", [4, 16]), 16
    for index, outputs in enumerate((24, 12, 5)):
        weight, bias = graph.random(f"{index}.weight", [outputs, width]), graph.random(f"{index}.bias", [outputs])
        x = graph.node("Gemm", [x, weight, bias], transB=1)
        x, width = graph.node("Relu" if index < 2 else "Sigmoid", [x]), outputs
    graph.result(x)


HEADS, SIZE, TOKENS = 3, 8, 10


def _heads(graph: CaseGraph, x: str, name: str, perm: list[int]) -> str:
    hidden = HEADS * SIZE
    y = graph.node("MatMul", [x, graph.random(f"{name}.weight", [hidden, hidden], "normal(0, 0.3)")])
    y = graph.node("Add", [graph.random(f"{name}.bias", [hidden]), y])
    y = graph.node("Reshape", [y, graph.constant([0, -1, HEADS, SIZE], np.int64)])
    return graph.node("Transpose", [y], perm=perm)


def _merge(graph: CaseGraph, x: str) -> str:
    y = graph.node("Transpose", [x], perm=[0, 2, 1, 3])
    return graph.node("Reshape", [y, graph.constant([0, 0, HEADS * SIZE], np.int64)])


@case("multi-head self-attention with an additive mask, as in BERT")
def attention(graph: CaseGraph) -> None:
    x = graph.input("x", [2, TOKENS, HEADS * SIZE])
    mask = graph.input("mask", [2, TOKENS], TensorProto.INT64, "ones_then_zeros(0.5)")
    bias = graph.node("Cast", [graph.node("Unsqueeze", [mask, graph.constant([1, 2], np.int64)])], to=TensorProto.FLOAT)
    bias = graph.node("Mul", [graph.node("Sub", [graph.constant(1.0), bias]), graph.constant(-10000.0)])
    query = _heads(graph, x, "query", [0, 2, 1, 3])
    key = _heads(graph, x, "key", [0, 2, 3, 1])
    value = _heads(graph, x, "value", [0, 2, 1, 3])
    scores = graph.node("Div", [graph.node("MatMul", [query, key]), graph.constant(math.sqrt(SIZE))])
    weights = graph.node("Softmax", [graph.node("Add", [scores, bias])], axis=-1)
    graph.result(_merge(graph, graph.node("MatMul", [weights, value])))


@case("attention without mask, query scaled before the product, as in ViT")
def attention_scaled_query(graph: CaseGraph) -> None:
    x = graph.input("x", [1, TOKENS, HEADS * SIZE])
    query = graph.node("Mul", [_heads(graph, x, "query", [0, 2, 1, 3]), graph.constant(SIZE**-0.5)])
    key = graph.node("Transpose", [_heads(graph, x, "key", [0, 2, 1, 3])], perm=[0, 1, 3, 2])
    weights = graph.node("Softmax", [graph.node("MatMul", [query, key])], axis=3)
    graph.result(_merge(graph, graph.node("MatMul", [weights, _heads(graph, x, "value", [0, 2, 1, 3])])))


@case("attention whose queries, keys and values are one projection, taken apart by Gather, as torchvision's ViT has it")
def attention_packed(graph: CaseGraph) -> None:
    width = HEADS * SIZE
    x = graph.node("Transpose", [graph.input("x", [1, TOKENS, width])], perm=[1, 0, 2])
    y = graph.node("MatMul", [x, graph.random("in_proj.weight", [width, 3 * width], "normal(0, 0.3)")])
    y = graph.node("Add", [graph.random("in_proj.bias", [3 * width]), y])
    y = graph.node("Reshape", [y, graph.indices("shape", TOKENS, 1, 3, width)])
    y = graph.node("Unsqueeze", [y, graph.indices("first", 0)])
    y = graph.node("Squeeze", [graph.node("Transpose", [y], perm=[3, 1, 2, 0, 4]), graph.indices("third", 3)])
    heads, batch = graph.indices("heads", TOKENS, HEADS, SIZE), graph.indices("batch", 1, HEADS, TOKENS, SIZE)
    parts = []
    for index in range(3):
        part = graph.node("Reshape", [graph.node("Gather", [y, graph.constant(index, np.int64)], axis=0), heads])
        parts.append(graph.node("Reshape", [graph.node("Transpose", [part], perm=[1, 0, 2]), batch]))
    query = graph.node("Mul", [parts[0], graph.constant([SIZE**-0.25])])
    key = graph.node("Mul", [graph.node("Transpose", [parts[1]], perm=[0, 1, 3, 2]), graph.constant([SIZE**-0.25])])
    weights = graph.node("Softmax", [graph.node("MatMul", [query, key])], axis=-1)
    graph.result(_merge(graph, graph.node("MatMul", [weights, parts[2]])))


@case("attention with a causal mask by Where, as in GPT")
def attention_causal(graph: CaseGraph) -> None:
    query = graph.input("query", [1, HEADS, TOKENS, SIZE])
    key = graph.input("key", [1, HEADS, TOKENS, SIZE])
    value = graph.input("value", [1, HEADS, TOKENS, SIZE])
    allowed = graph.initializer("allowed", np.tril(np.ones((1, 1, TOKENS, TOKENS), dtype=bool)))
    scores = graph.node("MatMul", [query, graph.node("Transpose", [key], perm=[0, 1, 3, 2])])
    scores = graph.node("Where", [allowed, scores, graph.constant(np.finfo(np.float32).min)])
    graph.result(graph.node("MatMul", [graph.node("Softmax", [scores], axis=-1), value]))
