"""Layers with shapes: networks are written in a few lines each, as ONNX graphs whose weights are arbitrary.

What a network's tasks are depends on shapes, not on values. All models share one file of random numbers, in which every
weight is a window that begins somewhere else: no two are equal, and the file is as large as the largest weight.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "models"))
from graph import ALIGNMENT, GraphBuilder  # noqa: E402

WEIGHTS_FILE = "random.weights"


@dataclass(frozen=True)
class Value:
    """A tensor of the graph."""

    name: str
    shape: tuple[int, ...]

    @property
    def channels(self) -> int:
        return self.shape[1]


class _SharedWeights(GraphBuilder):
    """Weights as windows of one file; `bytes` is how long that must be."""

    def __init__(self, name: str) -> None:
        super().__init__(name, WEIGHTS_FILE)
        self.bytes = 0
        self._count = 0

    def weight(self, name: str, shape: Sequence[int], recipe: str) -> str:
        self._offset = self._count * ALIGNMENT
        self._count += 1
        self.bytes = max(self.bytes, self._offset + int(np.prod(shape)) * 4)
        return super().weight(name, shape, recipe)


def _tuple(value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


class Net:
    """Builds one model. Layers take and give Values; images are [batch, channels, spatial…]."""

    def __init__(self, name: str) -> None:
        self._graph = _SharedWeights(name)
        self._inputs = 0
        self._weights = 0

    @property
    def weight_bytes(self) -> int:
        return self._graph.bytes

    def model(self, outputs: Sequence[Value]) -> onnx.ModelProto:
        for value in outputs:
            self._graph.output(value.name, value.shape)
        return self._graph.model()

    # Parts.

    def input(self, *shape: int) -> Value:
        self._inputs += 1
        return Value(self._graph.input(f"input{self._inputs}", shape), shape)

    def tokens(self, *shape: int) -> Value:
        name = self._graph.input("tokens", shape, TensorProto.INT64, "integers(0, 1000)")
        return Value(name, shape)

    def weight(self, *shape: int) -> str:
        self._weights += 1
        return self._graph.weight(f"w{self._weights}", shape, "uniform(0.5, 1.5)")

    def parameter(self, *shape: int) -> Value:
        """A weight that is added or multiplied like any other tensor."""
        return Value(self.weight(*shape), shape)

    def node(self, operator: str, inputs: Sequence[Value | str], shape: Sequence[int], **attributes) -> Value:
        names = [value.name if isinstance(value, Value) else value for value in inputs]
        return Value(self._graph.node(operator, names, **attributes), tuple(shape))

    def constant(self, values: object, dtype: type = np.float32) -> str:
        return self._graph.constant(values, dtype)

    # Convolutions and pools.

    def conv(
        self, x: Value, channels: int, kernel: int | Sequence[int] = 3, stride: int | Sequence[int] = 1, *,
        groups: int = 1, dilation: int = 1, pad: int | Sequence[int] | None = None, bias: bool = False,
    ) -> Value:  # fmt: skip
        rank = len(x.shape) - 2
        kernel, stride = _tuple(kernel, rank), _tuple(stride, rank)
        pads = tuple(dilation * (k - 1) // 2 for k in kernel) if pad is None else _tuple(pad, rank)
        sizes = [
            (size + 2 * p - dilation * (k - 1) - 1) // s + 1
            for size, p, k, s in zip(x.shape[2:], pads, kernel, stride)
        ]
        inputs = [x, self.weight(channels, x.channels // groups, *kernel)]
        if bias:
            inputs.append(self.weight(channels))
        return self.node(
            "Conv", inputs, [x.shape[0], channels, *sizes], kernel_shape=kernel, strides=stride, pads=pads * 2,
            group=groups, dilations=[dilation] * rank,
        )  # fmt: skip

    def deconv(self, x: Value, channels: int, kernel: int, stride: int, pad: int, bias: bool = False) -> Value:
        rank = len(x.shape) - 2
        sizes = [(size - 1) * stride - 2 * pad + kernel for size in x.shape[2:]]
        inputs = [x, self.weight(x.channels, channels, *[kernel] * rank)]
        if bias:
            inputs.append(self.weight(channels))
        return self.node(
            "ConvTranspose", inputs, [x.shape[0], channels, *sizes], kernel_shape=[kernel] * rank,
            strides=[stride] * rank, pads=[pad] * (2 * rank), group=1, dilations=[1] * rank,
        )  # fmt: skip

    def batch_norm(self, x: Value) -> Value:
        parameters = [self.weight(x.channels) for _ in range(4)]
        return self.node("BatchNormalization", [x, *parameters], x.shape, epsilon=1e-5)

    def conv_block(
        self, x: Value, channels: int, kernel: int | Sequence[int] = 3, stride: int | Sequence[int] = 1, *,
        groups: int = 1, dilation: int = 1, act: str = "relu",
    ) -> Value:  # fmt: skip
        """Convolution, batch norm, activation ("" for none)."""
        x = self.batch_norm(self.conv(x, channels, kernel, stride, groups=groups, dilation=dilation))
        return self.act(x, act)

    def pool(
        self, x: Value, kernel: int | Sequence[int], stride: int | Sequence[int], pad: int | Sequence[int] = 0,
        kind: str = "Max",
    ) -> Value:  # fmt: skip
        rank = len(x.shape) - 2
        kernel, stride, pad = _tuple(kernel, rank), _tuple(stride, rank), _tuple(pad, rank)
        sizes = [(size + 2 * p - k) // s + 1 for size, p, k, s in zip(x.shape[2:], pad, kernel, stride)]
        shape = [x.shape[0], x.channels, *sizes]
        return self.node(f"{kind}Pool", [x], shape, kernel_shape=kernel, strides=stride, pads=pad * 2)

    def global_pool(self, x: Value) -> Value:
        return self.node("GlobalAveragePool", [x], [*x.shape[:2], *[1] * (len(x.shape) - 2)])

    def upsample(self, x: Value, scale: int = 2, mode: str = "nearest") -> Value:
        rank = len(x.shape) - 2
        scales = self.constant([1, 1, *[scale] * rank])
        where = "asymmetric" if mode == "nearest" else "half_pixel"
        shape = [*x.shape[:2], *[size * scale for size in x.shape[2:]]]
        extra = {"nearest_mode": "floor"} if mode == "nearest" else {}
        return self.node("Resize", [x, "", scales], shape, mode=mode, coordinate_transformation_mode=where, **extra)

    def depth_to_space(self, x: Value, block: int) -> Value:
        n, c, h, w = x.shape
        return self.node("DepthToSpace", [x], [n, c // block**2, h * block, w * block], blocksize=block, mode="CRD")

    def pad_reflect(self, x: Value, pad: int) -> Value:
        pads = self.constant([0, 0, pad, pad, 0, 0, pad, pad], np.int64)
        n, c, h, w = x.shape
        return self.node("Pad", [x, pads], [n, c, h + 2 * pad, w + 2 * pad], mode="reflect")

    # Element by element.

    def act(self, x: Value, kind: str) -> Value:
        if not kind:
            return x
        if kind == "silu":
            return self.mul(x, self.act(x, "sigmoid"))
        if kind == "gelu":
            y = self.node("Div", [x, self.constant(math.sqrt(2))], x.shape)
            y = self.node("Add", [self.node("Erf", [y], x.shape), self.constant(1.0)], x.shape)
            return self.node("Mul", [self.mul(x, y), self.constant(0.5)], x.shape)
        if kind == "relu6":
            return self.node("Clip", [x, self.constant(0.0), self.constant(6.0)], x.shape)
        if kind == "prelu":
            return self.node("PRelu", [x, self.weight(x.channels, *[1] * (len(x.shape) - 2))], x.shape)
        if kind == "leaky":
            return self.node("LeakyRelu", [x], x.shape, alpha=0.2)
        if kind == "hardsigmoid":
            return self.node("HardSigmoid", [x], x.shape, alpha=1 / 6, beta=0.5)
        names = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "hardswish": "HardSwish", "elu": "Elu"}
        return self.node(names[kind], [x], x.shape)

    def _binary(self, operator: str, a: Value, b: Value | str) -> Value:
        shape = np.broadcast_shapes(a.shape, b.shape) if isinstance(b, Value) else a.shape
        return self.node(operator, [a, b], shape)

    def add(self, a: Value, b: Value | str) -> Value:
        return self._binary("Add", a, b)

    def mul(self, a: Value, b: Value | str) -> Value:
        return self._binary("Mul", a, b)

    # Shapes.

    def concat(self, values: Sequence[Value], axis: int = 1) -> Value:
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        return self.node("Concat", values, shape, axis=axis)

    def split(self, x: Value, parts: int, axis: int = 1) -> list[Value]:
        shape = list(x.shape)
        shape[axis] //= parts
        sizes = self.constant([shape[axis]] * parts, np.int64)
        return [Value(name, tuple(shape)) for name in self._graph.nodes("Split", [x.name, sizes], parts, axis=axis)]

    def reshape(self, x: Value, *shape: int) -> Value:
        return self.node("Reshape", [x, self.constant(shape, np.int64)], shape)

    def transpose(self, x: Value, *perm: int) -> Value:
        return self.node("Transpose", [x], [x.shape[axis] for axis in perm], perm=perm)

    def flatten(self, x: Value) -> Value:
        return self.node("Flatten", [x], [x.shape[0], math.prod(x.shape[1:])], axis=1)

    # Products.

    def linear(self, x: Value, size: int, bias: bool = True) -> Value:
        y = self.node("MatMul", [x, self.weight(x.shape[-1], size)], [*x.shape[:-1], size])
        return self.node("Add", [self.weight(size), y], y.shape) if bias else y

    def gemm(self, x: Value, size: int) -> Value:
        weights = [self.weight(size, x.shape[1]), self.weight(size)]
        return self.node("Gemm", [x, *weights], [x.shape[0], size], transB=1)

    def matmul(self, a: Value, b: Value) -> Value:
        return self.node("MatMul", [a, b], [*a.shape[:-1], b.shape[-1]])

    def embedding(self, tokens: Value, vocabulary: int, size: int) -> Value:
        return self.node("Gather", [self.weight(vocabulary, size), tokens], [*tokens.shape, size], axis=0)

    # Normalisations.

    def softmax(self, x: Value, axis: int = -1) -> Value:
        return self.node("Softmax", [x], x.shape, axis=axis)

    def layer_norm(self, x: Value) -> Value:
        size = x.shape[-1]
        return self.node("LayerNormalization", [x, self.weight(size), self.weight(size)], x.shape, epsilon=1e-5)

    def rms_norm(self, x: Value) -> Value:
        square = self.node("Pow", [x, self.constant(2.0)], x.shape)
        mean = self.node("ReduceMean", [square], [*x.shape[:-1], 1], axes=[-1], keepdims=1)
        root = self.node("Sqrt", [self.add(mean, self.constant(1e-6))], mean.shape)
        return self.mul(self._binary("Div", x, root), self.parameter(x.shape[-1]))

    def instance_norm(self, x: Value) -> Value:
        return self.node("InstanceNormalization", [x, self.weight(x.channels), self.weight(x.channels)], x.shape)

    def group_norm(self, x: Value, groups: int) -> Value:
        """As PyTorch's exporter writes it."""
        y = self.reshape(x, x.shape[0], groups, math.prod(x.shape[1:]) // groups)
        scale, shift = self.constant(np.ones(groups)), self.constant(np.zeros(groups))
        y = self.node("InstanceNormalization", [y, scale, shift], y.shape)
        per_channel = (x.channels, *[1] * (len(x.shape) - 2))
        y = self.mul(self.reshape(y, *x.shape), self.parameter(*per_channel))
        return self.add(y, self.parameter(*per_channel))

    # Larger blocks.

    def squeeze_excite(self, x: Value, squeezed: int, act: str = "relu", gate: str = "sigmoid") -> Value:
        y = self.act(self.conv(self.global_pool(x), squeezed, 1, bias=True), act)
        return self.mul(x, self.act(self.conv(y, x.channels, 1, bias=True), gate))

    def attention(self, x: Value, heads: int, bias: bool = True, mask: Value | None = None,
                  scale: bool = True, source: Value | None = None, size: int | None = None) -> Value:  # fmt: skip
        """Self-attention of [batch, tokens, hidden]; with `source`, attention to its tokens. The mask is added."""
        source = source or x
        batch, tokens, hidden = x.shape
        size = size or hidden
        width = size // heads

        def heads_of(value: Value, perm: tuple[int, ...]) -> Value:
            value = self.linear(value, size, bias)
            return self.transpose(self.reshape(value, batch, value.shape[1], heads, width), *perm)

        query = heads_of(x, (0, 2, 1, 3))
        key = heads_of(source, (0, 2, 3, 1))
        value = heads_of(source, (0, 2, 1, 3))
        scores = self.matmul(query, key)
        if scale:
            scores = self._binary("Div", scores, self.constant(math.sqrt(width)))
        if mask is not None:
            scores = self.add(scores, mask)
        y = self.transpose(self.matmul(self.softmax(scores), value), 0, 2, 1, 3)
        return self.linear(self.reshape(y, batch, tokens, size), hidden, bias)

    def feed_forward(self, x: Value, inner: int, act: str = "gelu", bias: bool = True) -> Value:
        return self.linear(self.act(self.linear(x, inner, bias), act), x.shape[-1], bias)

    def causal_mask(self, tokens: int) -> Value:
        """[1, 1, tokens, tokens]: zeros, and what softmax makes zero of."""
        mask = np.triu(np.full((1, 1, tokens, tokens), -1e9), 1)
        return Value(self.constant(mask), mask.shape)

    def tokens_of(self, x: Value) -> Value:
        """An image as [batch, positions, channels]."""
        return self.transpose(self.reshape(x, *x.shape[:2], math.prod(x.shape[2:])), 0, 2, 1)
