"""Networks that say something of each place of an image: segmentation, detection, poses."""

from __future__ import annotations

from collections.abc import Sequence

from net import Net, Value
from registry import network


@network(
    "vision", s128={"size": 128, "width": 32}, s192={"size": 192, "width": 24},
    s96_b4={"size": 96, "width": 16, "batch": 4},
)  # fmt: skip
def unet(net: Net, size: int, width: int, batch: int = 1) -> Value:
    def twice(x: Value, channels: int) -> Value:
        return net.conv_block(net.conv_block(x, channels), channels)

    x = twice(net.input(batch, 1, size, size), width)
    skipped = []
    for level in range(1, 5):
        skipped.append(x)
        x = twice(net.pool(x, 2, 2), width << level)
    for skip in reversed(skipped):
        x = net.deconv(x, x.channels // 2, 2, 2, 0, bias=True)
        x = twice(net.concat([skip, x]), x.channels)
    return net.conv(x, 2, 1, bias=True)


@network("vision", s320={"size": 320, "width": 16}, s256_b2={"size": 256, "width": 24, "batch": 2})
def yolo_nano(net: Net, size: int, width: int, batch: int = 1) -> Sequence[Value]:
    def block(x: Value, channels: int, kernel: int = 3, stride: int = 1) -> Value:
        return net.conv_block(x, channels, kernel, stride, act="silu")

    def crossed(x: Value, channels: int, count: int, add: bool = True) -> Value:
        left, right = block(x, channels // 2, 1), block(x, channels // 2, 1)
        for _ in range(count):
            y = block(block(left, channels // 2, 1), channels // 2)
            left = net.add(left, y) if add else y
        return block(net.concat([left, right]), channels, 1)

    def pooled(x: Value) -> Value:
        parts = [block(x, x.channels // 2, 1)]
        for _ in range(3):
            parts.append(net.pool(parts[-1], 5, 1, 2))
        return block(net.concat(parts), x.channels, 1)

    x = block(net.input(batch, 3, size, size), width, 3, 2)
    features = []
    for level in range(1, 5):
        x = crossed(block(x, width << level, 3, 2), width << level, 1 if level == 1 else 2)
        features.append(x)
    x = pooled(x)
    outputs = []
    for skip in (features[2], features[1]):
        x = block(x, skip.channels, 1)
        outputs.append(x)
        x = crossed(net.concat([net.upsample(x), skip]), skip.channels, 1, False)
    results = [x]
    for side in reversed(outputs):
        x = crossed(net.concat([block(x, side.channels, 3, 2), side]), 2 * side.channels, 1, False)
        results.append(x)
    return [net.act(net.conv(result, 85, 1, bias=True), "sigmoid") for result in results]


@network("vision", s192={"size": 192}, s256={"size": 256})
def deeplab(net: Net, size: int) -> Value:
    """A small ResNet whose last stages are dilated, and atrous spatial pooling."""

    def residual(x: Value, channels: int, stride: int, dilation: int) -> Value:
        y = net.conv_block(x, channels, 3, stride, dilation=dilation)
        y = net.conv_block(y, channels, 3, dilation=dilation, act="")
        if stride > 1 or x.channels != channels:
            x = net.conv_block(x, channels, 1, stride, act="")
        return net.act(net.add(x, y), "relu")

    x = net.pool(net.conv_block(net.input(1, 3, size, size), 48, 7, 2), 3, 2, 1)
    low = x
    for channels, stride, dilation in ((48, 1, 1), (96, 2, 1), (192, 1, 2), (256, 1, 4)):
        x = residual(residual(x, channels, stride, dilation), channels, 1, dilation)
    parts = [net.conv_block(x, 128, 1)] + [net.conv_block(x, 128, 3, dilation=rate) for rate in (6, 12, 18)]
    x = net.conv_block(net.concat(parts), 128, 1)
    x = net.upsample(x, low.shape[2] // x.shape[2], "linear")
    x = net.conv_block(net.concat([x, net.conv_block(low, 24, 1)]), 128)
    return net.upsample(net.conv(x, 21, 1, bias=True), 4, "linear")


@network("vision", s128={"size": 128}, s192_b2={"size": 192, "batch": 2})
def hourglass(net: Net, size: int, batch: int = 1) -> Value:
    """Poses: down to small images and up again, with pre-activated bottlenecks."""

    def residual(x: Value, channels: int) -> Value:
        y = net.conv(net.act(net.batch_norm(x), "relu"), channels // 2, 1, bias=True)
        y = net.conv(net.act(net.batch_norm(y), "relu"), channels // 2, 3, bias=True)
        y = net.conv(net.act(net.batch_norm(y), "relu"), channels, 1, bias=True)
        return net.add(y, x if x.channels == channels else net.conv(x, channels, 1, bias=True))

    def level(x: Value, depth: int) -> Value:
        inner = residual(net.pool(x, 2, 2), x.channels)
        inner = level(inner, depth - 1) if depth > 1 else residual(inner, x.channels)
        return net.add(residual(x, x.channels), net.upsample(residual(inner, x.channels)))

    x = residual(net.conv_block(net.input(batch, 3, size, size), 40, 7, 2), 80)
    x = residual(net.pool(x, 2, 2), 160)
    x = net.conv_block(residual(level(x, 3), 160), 160, 1)
    return net.conv(x, 17, 1, bias=True)
