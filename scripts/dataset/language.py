"""Networks for text: encoders and decoders of several sizes, for several lengths of input."""

from __future__ import annotations

import numpy as np

from net import Net, Value
from registry import network

LAYERS = 2  # all layers of a network have the same tasks


def _embedded(net: Net, batch: int, tokens: int, hidden: int, vocabulary: int = 8192) -> Value:
    return net.embedding(net.tokens(batch, tokens), vocabulary, hidden)


def _encoder(net: Net, x: Value, heads: int, inner: int, act: str = "gelu") -> Value:
    """Normalised after each sum, as BERT is."""
    for _ in range(LAYERS):
        x = net.layer_norm(net.add(net.attention(x, heads), x))
        x = net.layer_norm(net.add(net.feed_forward(x, inner, act), x))
    return x


@network("language", t64={"tokens": 64}, t384={"tokens": 384}, t32_b4={"tokens": 32, "batch": 4})
def distilbert(net: Net, tokens: int, batch: int = 1) -> Value:
    x = net.add(_embedded(net, batch, tokens, 768), net.parameter(1, tokens, 768))
    return _encoder(net, net.layer_norm(x), 12, 3072)


@network("language", t128={"tokens": 128}, t256={"tokens": 256}, t64_b4={"tokens": 64, "batch": 4})
def electra_small(net: Net, tokens: int, batch: int = 1) -> Value:
    x = net.add(_embedded(net, batch, tokens, 128), net.parameter(1, tokens, 128))
    x = _encoder(net, net.linear(net.layer_norm(x), 256), 4, 1024)
    return net.linear(net.act(net.linear(x, 256), "gelu"), 1)


@network("language", t128={"tokens": 128}, t32_b8={"tokens": 32, "batch": 8}, t512={"tokens": 512})
def minilm(net: Net, tokens: int, batch: int = 1) -> Value:
    x = net.add(_embedded(net, batch, tokens, 384), net.parameter(1, tokens, 384))
    x = _encoder(net, net.layer_norm(x), 12, 1536)
    return net.node("ReduceMean", [x], [batch, 384], axes=[1], keepdims=0)


@network("language", t100={"tokens": 100}, t192_b2={"tokens": 192, "batch": 2})
def albert(net: Net, tokens: int, batch: int = 1) -> Value:
    x = net.add(_embedded(net, batch, tokens, 128), net.parameter(1, tokens, 128))
    x = _encoder(net, net.linear(net.layer_norm(x), 512), 8, 2048)
    return net.act(net.gemm(net.reshape(x, batch * tokens, 512), 512), "tanh")


@network("language", t64={"tokens": 64, "hidden": 768}, t256={"tokens": 256, "hidden": 512},
         t1={"tokens": 1, "hidden": 768})  # fmt: skip
def gpt2(net: Net, tokens: int, hidden: int) -> Value:
    x = net.add(_embedded(net, 1, tokens, hidden), net.parameter(1, tokens, hidden))
    for _ in range(LAYERS):
        x = net.add(x, net.attention(net.layer_norm(x), hidden // 64, mask=net.causal_mask(tokens)))
        y = net.linear(net.layer_norm(x), 4 * hidden)
        cube = net.mul(net.node("Pow", [y, net.constant(3.0)], y.shape), net.constant(0.044715))
        gate = net.act(net.mul(net.add(y, cube), net.constant(np.sqrt(2 / np.pi))), "tanh")
        y = net.mul(net.mul(y, net.constant(0.5)), net.add(gate, net.constant(1.0)))
        x = net.add(x, net.linear(y, hidden))
    return net.linear(net.layer_norm(x), 16384, bias=False)


@network("language", t128={"tokens": 128, "hidden": 512}, t320={"tokens": 320, "hidden": 384},
         t48_b4={"tokens": 48, "hidden": 512, "batch": 4})  # fmt: skip
def t5_encoder(net: Net, tokens: int, hidden: int, batch: int = 1) -> Value:
    x = _embedded(net, batch, tokens, hidden)
    places = net.parameter(1, hidden // 64, tokens, tokens)
    for _ in range(LAYERS):
        x = net.add(x, net.attention(net.rms_norm(x), hidden // 64, bias=False, mask=places, scale=False))
        x = net.add(x, net.feed_forward(net.rms_norm(x), 4 * hidden, "relu", bias=False))
    return net.rms_norm(x)


@network("language", t64={"tokens": 64, "hidden": 512}, t160={"tokens": 160, "hidden": 640},
         t16_b2={"tokens": 16, "hidden": 768, "batch": 2})  # fmt: skip
def llama_tiny(net: Net, tokens: int, hidden: int, batch: int = 1) -> Value:
    """RMS norm and a gated feed-forward network, without positions."""
    x = _embedded(net, batch, tokens, hidden)
    for _ in range(LAYERS):
        x = net.add(x, net.attention(net.rms_norm(x), hidden // 64, bias=False, mask=net.causal_mask(tokens)))
        y = net.rms_norm(x)
        inner = hidden * 8 // 3 // 64 * 64
        y = net.mul(net.act(net.linear(y, inner, bias=False), "silu"), net.linear(y, inner, bias=False))
        x = net.add(x, net.linear(y, hidden, bias=False))
    return net.linear(net.rms_norm(x), 12288, bias=False)


@network("language", t64_s48={"tokens": 64, "source": 48}, t24_s96_b2={"tokens": 24, "source": 96, "batch": 2})
def translation(net: Net, tokens: int, source: int, batch: int = 1) -> Value:
    """A decoder that also looks at an encoder's result."""
    hidden, heads = 448, 7
    encoded = net.input(batch, source, hidden)
    x = net.add(_embedded(net, batch, tokens, hidden), net.parameter(1, tokens, hidden))
    for _ in range(LAYERS):
        x = net.layer_norm(net.add(x, net.attention(x, heads, mask=net.causal_mask(tokens))))
        x = net.layer_norm(net.add(x, net.attention(x, heads, source=encoded)))
        x = net.layer_norm(net.add(x, net.feed_forward(x, 1792, "relu")))
    return net.softmax(net.linear(x, 10240))
