"""Networks for video and volumes."""

from __future__ import annotations

from collections.abc import Callable

from net import Net, Value
from registry import network


def _video_resnet(net: Net, x: Value, convolve: Callable[[Value, int, int, int], Value]) -> Value:
    """`convolve` gives a convolution with batch norm for a value, channels, stride and the number of the stage."""
    for stage, channels in enumerate((64, 128, 256, 512)):
        for index in range(2):
            stride = 2 if index == 0 and stage > 0 else 1
            y = convolve(net.act(convolve(x, channels, stride, stage), "relu"), channels, 1, stage)
            if stride > 1 or x.channels != channels:
                steps = [size // after for size, after in zip(x.shape[2:], y.shape[2:])]
                x = net.conv_block(x, channels, 1, steps, act="")
            x = net.act(net.add(x, y), "relu")
    return net.gemm(net.flatten(net.global_pool(x)), 400)


@network("video", f8_s112={"frames": 8, "size": 112}, f16_s64={"frames": 16, "size": 64})
def r2plus1d_18(net: Net, frames: int, size: int) -> Value:
    def convolve(x: Value, channels: int, stride: int, stage: int) -> Value:
        middle = x.channels * channels * 27 // (x.channels * 9 + 3 * channels)
        x = net.conv_block(x, middle, (1, 3, 3), (1, stride, stride))
        return net.conv_block(x, channels, (3, 1, 1), (stride, 1, 1), act="")

    x = net.conv_block(net.input(1, 3, frames, size, size), 45, (1, 7, 7), (1, 2, 2))
    return _video_resnet(net, net.conv_block(x, 64, (3, 1, 1)), convolve)


@network("video", f8_s112={"frames": 8, "size": 112}, f8_s64_b2={"frames": 8, "size": 64, "batch": 2})
def mc3_18(net: Net, frames: int, size: int, batch: int = 1) -> Value:
    def convolve(x: Value, channels: int, stride: int, stage: int) -> Value:
        if stage == 0:
            return net.conv_block(x, channels, 3, stride, act="")
        return net.conv_block(x, channels, (1, 3, 3), (1, stride, stride), act="")

    x = net.conv_block(net.input(batch, 3, frames, size, size), 64, (3, 7, 7), (1, 2, 2))
    return _video_resnet(net, x, convolve)


@network("video", f16_s112={"frames": 16, "size": 112}, f8_s160={"frames": 8, "size": 160})
def s3d(net: Net, frames: int, size: int) -> Value:
    def separable(x: Value, channels: int, kernel: int = 3, stride: int = 1) -> Value:
        x = net.conv_block(x, channels, (1, kernel, kernel), (1, stride, stride))
        return net.conv_block(x, channels, (kernel, 1, 1), (stride, 1, 1))

    def inception(x: Value, one: int, three: tuple[int, int], other: tuple[int, int], pooled: int) -> Value:
        return net.concat([
            net.conv_block(x, one, 1),
            separable(net.conv_block(x, three[0], 1), three[1]),
            separable(net.conv_block(x, other[0], 1), other[1]),
            net.conv_block(net.pool(x, 3, 1, 1), pooled, 1),
        ])  # fmt: skip

    x = separable(net.input(1, 3, frames, size, size), 64, 7, 2)
    x = net.pool(x, (1, 3, 3), (1, 2, 2), (0, 1, 1))
    x = separable(net.conv_block(x, 64, 1), 192)
    x = net.pool(x, (1, 3, 3), (1, 2, 2), (0, 1, 1))
    x = inception(x, 64, (96, 128), (16, 32), 32)
    x = inception(x, 128, (128, 192), (32, 96), 64)
    x = net.pool(x, 3, 2, 1)
    x = inception(x, 192, (96, 208), (16, 48), 64)
    x = inception(x, 112, (144, 288), (32, 64), 64)
    return net.gemm(net.flatten(net.global_pool(x)), 400)


@network("video", f8_s128={"frames": 8, "size": 128}, f4_s160={"frames": 4, "size": 160})
def x3d(net: Net, frames: int, size: int) -> Value:
    """Depthwise convolutions over space and time."""
    x = net.conv(net.input(1, 3, frames, size, size), 24, (1, 3, 3), (1, 2, 2))
    x = net.conv_block(x, 24, (5, 1, 1), groups=24)
    for channels, blocks in ((24, 2), (48, 3), (96, 4), (192, 3)):
        for index in range(blocks):
            inner, stride = channels * 9 // 4, 2 if index == 0 else 1
            y = net.conv_block(x, inner, 1)
            y = net.conv_block(y, inner, 3, (1, stride, stride), groups=inner, act="" if index % 2 == 0 else "silu")
            if index % 2 == 0:
                y = net.act(net.squeeze_excite(y, inner // 16 * 2), "silu")
            y = net.conv_block(y, channels, 1, act="")
            if stride > 1 or x.channels != channels:
                x = net.conv_block(x, channels, 1, (1, stride, stride), act="")
            x = net.act(net.add(x, y), "relu")
    x = net.conv_block(x, 432, 1)
    return net.gemm(net.flatten(net.global_pool(x)), 400)


@network("video", s32={"size": 32, "width": 16}, s48={"size": 48, "width": 12})
def unet3d(net: Net, size: int, width: int) -> Value:
    def twice(x: Value, channels: int) -> Value:
        return net.conv_block(net.conv_block(x, channels), channels)

    x = twice(net.input(1, 1, size, size, size), width)
    skipped = []
    for level in range(1, 4):
        skipped.append(x)
        x = twice(net.pool(x, 2, 2), width << level)
    for skip in reversed(skipped):
        x = twice(net.concat([skip, net.deconv(x, x.channels // 2, 2, 2, 0, bias=True)]), x.channels // 2)
    return net.softmax(net.conv(x, 3, 1, bias=True), 1)
