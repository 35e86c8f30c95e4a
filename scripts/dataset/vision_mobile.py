"""Small networks that classify images: depthwise convolutions; and those without convolutions."""

from __future__ import annotations

from net import Net, Value
from registry import network


def _rounded(channels: float) -> int:
    return max(8, int(channels + 4) // 8 * 8)


@network(
    "vision", w100_s192={"width": 1.0, "size": 192}, w050_s160={"width": 0.5, "size": 160},
    w075_s128_b4={"width": 0.75, "size": 128, "batch": 4},
)  # fmt: skip
def mobilenet_v1(net: Net, width: float, size: int, batch: int = 1) -> Value:
    x = net.conv_block(net.input(batch, 3, size, size), _rounded(32 * width), 3, 2)
    layers = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 3 + [(1024, 2), (1024, 1)]
    for channels, stride in layers:
        x = net.conv_block(x, x.channels, 3, stride, groups=x.channels)
        x = net.conv_block(x, _rounded(channels * width), 1)
    return net.gemm(net.flatten(net.global_pool(x)), 1000)


def _inverted(
    net: Net, x: Value, expanded: int, channels: int, kernel: int, stride: int, act: str, squeezed: int, gate: str
) -> Value:
    y = net.conv_block(x, expanded, 1, act=act) if expanded != x.channels else x
    y = net.conv_block(y, expanded, kernel, stride, groups=expanded, act=act)
    if squeezed:
        y = net.squeeze_excite(y, squeezed, "relu" if gate == "hardsigmoid" else act, gate)
    y = net.conv_block(y, channels, 1, act="")
    return net.add(x, y) if stride == 1 and x.channels == channels else y


@network("vision", s224={"size": 224}, s160_b2={"size": 160, "batch": 2}, s320={"size": 320})
def mobilenet_v3(net: Net, size: int, batch: int = 1) -> Value:
    layers = (
        (3, 16, 16, False, "relu", 1), (3, 64, 24, False, "relu", 2), (3, 72, 24, False, "relu", 1),
        (5, 72, 40, True, "relu", 2), (5, 120, 40, True, "relu", 1), (3, 240, 80, False, "hardswish", 2),
        (3, 200, 80, False, "hardswish", 1), (3, 184, 80, False, "hardswish", 1), (3, 480, 112, True, "hardswish", 1),
        (3, 672, 112, True, "hardswish", 1), (5, 672, 160, True, "hardswish", 2), (5, 960, 160, True, "hardswish", 1),
    )  # fmt: skip
    x = net.conv_block(net.input(batch, 3, size, size), 16, 3, 2, act="hardswish")
    for kernel, expanded, channels, excite, act, stride in layers:
        squeezed = _rounded(expanded / 4) if excite else 0
        x = _inverted(net, x, expanded, channels, kernel, stride, act, squeezed, "hardsigmoid")
    x = net.conv_block(x, 960, 1, act="hardswish")
    x = net.act(net.gemm(net.flatten(net.global_pool(x)), 1280), "hardswish")
    return net.gemm(x, 1000)


@network("vision", s224={"size": 224}, s240={"size": 240}, s128_b4={"size": 128, "batch": 4})
def efficientnet_b0(net: Net, size: int, batch: int = 1) -> Value:
    stages = (
        (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 3),
        (6, 3, 1, 320, 1),
    )  # fmt: skip
    x = net.conv_block(net.input(batch, 3, size, size), 32, 3, 2, act="silu")
    for ratio, kernel, stride, channels, blocks in stages:
        for index in range(blocks):
            squeezed = max(1, x.channels // 4)
            step = stride if index == 0 else 1
            x = _inverted(net, x, x.channels * ratio, channels, kernel, step, "silu", squeezed, "sigmoid")
    x = net.conv_block(x, 1280, 1, act="silu")
    return net.gemm(net.flatten(net.global_pool(x)), 1000)


@network("vision", s224={"size": 224}, s160_b4={"size": 160, "batch": 4})
def shufflenet_v2(net: Net, size: int, batch: int = 1) -> Value:
    def shuffled(x: Value) -> Value:
        n, c, h, w = x.shape
        x = net.transpose(net.reshape(x, n, 2, c // 2, h, w), 0, 2, 1, 3, 4)
        return net.reshape(x, n, c, h, w)

    def branch(x: Value, channels: int, stride: int) -> Value:
        x = net.conv_block(x, channels, 1)
        x = net.conv_block(x, channels, 3, stride, groups=channels, act="")
        return net.conv_block(x, channels, 1)

    x = net.pool(net.conv_block(net.input(batch, 3, size, size), 24, 3, 2), 3, 2, 1)
    for channels, blocks in ((116, 4), (232, 6), (464, 4)):
        half = channels // 2
        short = net.conv_block(net.conv_block(x, x.channels, 3, 2, groups=x.channels, act=""), half, 1)
        x = shuffled(net.concat([short, branch(x, half, 2)]))
        for _ in range(blocks - 1):
            left, right = net.split(x, 2)
            x = shuffled(net.concat([left, branch(right, half, 1)]))
    x = net.conv_block(x, 1024, 1)
    return net.gemm(net.flatten(net.global_pool(x)), 1000)


@network("vision", s224={"size": 224}, s160_b4={"size": 160, "batch": 4})
def mlp_mixer(net: Net, size: int, batch: int = 1) -> Value:
    x = net.tokens_of(net.conv(net.input(batch, 3, size, size), 384, 16, 16, pad=0, bias=True))
    for _ in range(3):
        y = net.feed_forward(net.transpose(net.layer_norm(x), 0, 2, 1), 192)
        x = net.add(x, net.transpose(y, 0, 2, 1))
        x = net.add(x, net.feed_forward(net.layer_norm(x), 1536))
    x = net.node("ReduceMean", [net.layer_norm(x)], [batch, x.shape[2]], axes=[1], keepdims=0)
    return net.gemm(x, 1000)


@network("vision", s192={"size": 192, "hidden": 192}, s128_b4={"size": 128, "hidden": 384, "batch": 4})
def deit(net: Net, size: int, hidden: int, batch: int = 1) -> Value:
    x = net.tokens_of(net.conv(net.input(batch, 3, size, size), hidden, 16, 16, pad=0, bias=True))
    x = net.add(x, net.parameter(1, *x.shape[1:]))
    for _ in range(3):
        x = net.add(x, net.attention(net.layer_norm(x), hidden // 64))
        x = net.add(x, net.feed_forward(net.layer_norm(x), 4 * hidden))
    x = net.node("ReduceMean", [net.layer_norm(x)], [batch, hidden], axes=[1], keepdims=0)
    return net.gemm(x, 1000)


@network("vision", s224={"size": 224}, s112_b2={"size": 112, "batch": 2})
def swin_tiny(net: Net, size: int, batch: int = 1) -> Value:
    """Attention within windows of 7 x 7, without their shifts."""
    window = 7

    def windows(x: Value, side: int) -> Value:
        count, channels = side // window, x.shape[-1]
        x = net.reshape(x, batch, count, window, count, window, channels)
        return net.reshape(net.transpose(x, 0, 1, 3, 2, 4, 5), batch * count * count, window * window, channels)

    def image(x: Value, side: int) -> Value:
        count, channels = side // window, x.shape[-1]
        x = net.reshape(x, batch, count, count, window, window, channels)
        return net.reshape(net.transpose(x, 0, 1, 3, 2, 4, 5), batch, side * side, channels)

    side, channels = size // 4, 96
    x = net.layer_norm(net.tokens_of(net.conv(net.input(batch, 3, size, size), channels, 4, 4, pad=0, bias=True)))
    while side % window == 0:
        for _ in range(2):
            bias = net.parameter(1, channels // 32, window * window, window * window)
            y = net.attention(windows(net.layer_norm(x), side), channels // 32, mask=bias)
            x = net.add(x, image(y, side))
            x = net.add(x, net.feed_forward(net.layer_norm(x), 4 * channels))
        if side % 2 or side == window:
            break
        x = net.reshape(x, batch, side // 2, 2, side // 2, 2, channels)
        side //= 2
        x = net.reshape(net.transpose(x, 0, 1, 3, 4, 2, 5), batch, side * side, 4 * channels)
        channels *= 2
        x = net.linear(net.layer_norm(x), channels, bias=False)
    return net.layer_norm(x)
