"""Networks for sound: one-dimensional convolutions, and spectrograms."""

from __future__ import annotations

from net import Net, Value
from registry import network


@network("audio", n16000={"samples": 16000, "width": 256}, n8000_b2={"samples": 8000, "width": 192, "batch": 2})
def wav2vec_features(net: Net, samples: int, width: int, batch: int = 1) -> Value:
    x = net.input(batch, 1, samples)
    for kernel, stride in ((10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2)):
        x = net.conv(x, width, kernel, stride, pad=0)
        x = net.transpose(net.layer_norm(net.transpose(x, 0, 2, 1)), 0, 2, 1)
        x = net.act(x, "gelu")
    return net.linear(net.layer_norm(net.transpose(x, 0, 2, 1)), 2 * width)


@network("audio", t128={"frames": 128, "hidden": 144}, t200={"frames": 200, "hidden": 256})
def conformer(net: Net, frames: int, hidden: int) -> Value:
    def convolution(x: Value) -> Value:
        x = net.transpose(net.layer_norm(x), 0, 2, 1)
        gate, value = net.split(net.conv(x, 2 * hidden, 1, bias=True), 2)
        x = net.mul(value, net.act(gate, "sigmoid"))
        x = net.act(net.batch_norm(net.conv(x, hidden, 31, groups=hidden)), "silu")
        return net.transpose(net.conv(x, hidden, 1, bias=True), 0, 2, 1)

    x = net.act(net.conv(net.input(1, 1, 4 * frames, 80), 32, 3, 2, bias=True), "relu")
    x = net.act(net.conv(x, 32, 3, 2, bias=True), "relu")
    x = net.reshape(net.transpose(x, 0, 2, 1, 3), 1, frames, 32 * x.shape[3])
    x = net.linear(x, hidden)
    for _ in range(2):
        half = net.constant(0.5)
        x = net.add(x, net.mul(net.feed_forward(net.layer_norm(x), 4 * hidden, "silu"), half))
        x = net.add(x, net.attention(net.layer_norm(x), hidden // 36 if hidden % 36 == 0 else 4))
        x = net.add(x, convolution(x))
        x = net.add(x, net.mul(net.feed_forward(net.layer_norm(x), 4 * hidden, "silu"), half))
        x = net.layer_norm(x)
    return net.linear(x, 1024)


@network("audio", t49={"frames": 49, "width": 64}, t98_b4={"frames": 98, "width": 96, "batch": 4})
def keyword_spotting(net: Net, frames: int, width: int, batch: int = 1) -> Value:
    x = net.conv_block(net.input(batch, 1, frames, 10), width, (10, 4), (2, 2))
    for _ in range(2):
        x = net.conv_block(net.conv_block(x, width, 3, groups=width), width, 1)
    return net.softmax(net.gemm(net.flatten(net.global_pool(x)), 12))


@network("audio", t32={"frames": 32, "width": 128}, t50={"frames": 50, "width": 96})
def vocoder(net: Net, frames: int, width: int) -> Value:
    """From a spectrogram to samples: transposed convolutions and dilated ones."""
    x = net.conv(net.input(1, 80, frames), 2 * width, 7, bias=True)
    for scale, channels in ((8, width), (8, width // 2), (2, width // 4)):
        x = net.deconv(net.act(x, "leaky"), channels, 2 * scale, scale, scale // 2, bias=True)
        for kernel, dilation in ((3, 1), (7, 3)):
            y = net.conv(net.act(x, "leaky"), channels, kernel, dilation=dilation, bias=True)
            x = net.add(x, net.conv(net.act(y, "leaky"), channels, kernel, bias=True))
    return net.act(net.conv(net.act(x, "leaky"), 1, 7, bias=True), "tanh")


@network("audio", s96={"size": 96, "width": 24}, s128_b2={"size": 128, "width": 16, "batch": 2})
def sound_events(net: Net, size: int, width: int, batch: int = 1) -> Value:
    """A spectrogram as an image of 64 bands."""
    x = net.input(batch, 1, size, 64)
    for channels in (width, 2 * width, 4 * width, 8 * width):
        x = net.conv_block(net.conv_block(x, channels), channels)
        x = net.pool(x, 2, 2, kind="Average")
    x = net.node("ReduceMean", [x], x.shape[:3], axes=[3], keepdims=0)
    x = net.act(net.linear(net.transpose(x, 0, 2, 1), 16 * width), "relu")
    return net.act(net.linear(x, 527), "sigmoid")
