"""Networks that classify images by convolutions."""

from __future__ import annotations

from net import Net, Value
from registry import network


def _head(net: Net, x: Value, classes: int = 1000) -> Value:
    return net.gemm(net.flatten(net.global_pool(x)), classes)


def _basic_block(net: Net, x: Value, channels: int, stride: int) -> Value:
    y = net.conv_block(x, channels, 3, stride)
    y = net.conv_block(y, channels, 3, act="")
    if stride > 1 or x.channels != channels:
        x = net.conv_block(x, channels, 1, stride, act="")
    return net.act(net.add(y, x), "relu")


@network("vision", s224={"size": 224}, s160_b4={"size": 160, "batch": 4}, s96_b8={"size": 96, "batch": 8})
def resnet18(net: Net, size: int, batch: int = 1) -> Value:
    x = net.conv_block(net.input(batch, 3, size, size), 64, 7, 2)
    x = net.pool(x, 3, 2, 1)
    for channels in (64, 128, 256, 512):
        x = _basic_block(net, x, channels, 1 if channels == 64 else 2)
        x = _basic_block(net, x, channels, 1)
    return _head(net, x)


@network("vision", s32_b8={"width": 4, "batch": 8}, s32={"width": 6})
def wide_resnet(net: Net, width: int, batch: int = 1) -> Value:
    x = net.conv_block(net.input(batch, 3, 32, 32), 16, 3)
    for stage, channels in enumerate((16 * width, 32 * width, 64 * width)):
        x = _basic_block(net, x, channels, 1 if stage == 0 else 2)
        x = _basic_block(net, x, channels, 1)
    return _head(net, x, 100)


def _grouped_bottleneck(net: Net, x: Value, inner: int, outer: int, groups: int, stride: int, excite: bool) -> Value:
    y = net.conv_block(x, inner, 1)
    y = net.conv_block(y, inner, 3, stride, groups=groups)
    if excite:
        y = net.squeeze_excite(y, max(8, x.channels // 4))
    y = net.conv_block(y, outer, 1, act="")
    if stride > 1 or x.channels != outer:
        x = net.conv_block(x, outer, 1, stride, act="")
    return net.act(net.add(y, x), "relu")


@network("vision", s224={"size": 224}, s160={"size": 160}, s128_b4={"size": 128, "batch": 4})
def resnext50(net: Net, size: int, batch: int = 1) -> Value:
    x = net.conv_block(net.input(batch, 3, size, size), 64, 7, 2)
    x = net.pool(x, 3, 2, 1)
    for inner, blocks in ((128, 3), (256, 4), (512, 6), (1024, 3)):
        for index in range(blocks):
            x = _grouped_bottleneck(net, x, inner, 2 * inner, 32, 2 if index == 0 and inner > 128 else 1, False)
    return _head(net, x)


@network("vision", s224={"size": 224}, s288={"size": 288})
def regnet_y(net: Net, size: int) -> Value:
    x = net.conv_block(net.input(1, 3, size, size), 32, 3, 2)
    for channels, blocks in ((48, 1), (104, 3), (208, 6), (440, 6)):
        for index in range(blocks):
            x = _grouped_bottleneck(net, x, channels, channels, channels // 8, 2 if index == 0 else 1, True)
    return _head(net, x)


@network("vision", s224={"size": 224}, s96_b4={"size": 96, "batch": 4})
def vgg16(net: Net, size: int, batch: int = 1) -> Value:
    x = net.input(batch, 3, size, size)
    for channels, layers in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(layers):
            x = net.act(net.conv(x, channels, 3, bias=True), "relu")
        x = net.pool(x, 2, 2)
    x = net.flatten(net.global_pool(x))
    x = net.act(net.gemm(x, 4096), "relu")
    x = net.act(net.gemm(x, 4096), "relu")
    return net.gemm(x, 1000)


def _dense_layer(net: Net, x: Value, growth: int) -> Value:
    y = net.act(net.batch_norm(x), "relu")
    y = net.conv_block(y, 4 * growth, 1)
    return net.concat([x, net.conv(y, growth, 3)])


@network("vision", s224={"size": 224, "growth": 32}, s128={"size": 128, "growth": 24})
def densenet(net: Net, size: int, growth: int) -> Value:
    """DenseNet-121 with fewer layers: each of them is a task of its own."""
    x = net.conv_block(net.input(1, 3, size, size), 2 * growth, 7, 2)
    x = net.pool(x, 3, 2, 1)
    blocks = (6, 8, 8, 6)
    for stage, layers in enumerate(blocks):
        for _ in range(layers):
            x = _dense_layer(net, x, growth)
        x = net.act(net.batch_norm(x), "relu")
        if stage + 1 < len(blocks):
            x = net.pool(net.conv(x, x.channels // 2, 1), 2, 2, kind="Average")
    return _head(net, x)


@network("vision", s224={"size": 224}, s192_b2={"size": 192, "batch": 2})
def squeezenet(net: Net, size: int, batch: int = 1) -> Value:
    def fire(x: Value, squeezed: int, expanded: int) -> Value:
        x = net.act(net.conv(x, squeezed, 1, bias=True), "relu")
        parts = [net.act(net.conv(x, expanded, kernel, bias=True), "relu") for kernel in (1, 3)]
        return net.concat(parts)

    x = net.act(net.conv(net.input(batch, 3, size, size), 64, 3, 2, pad=0, bias=True), "relu")
    for index, (squeezed, expanded) in enumerate(
        ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
    ):
        if index in (0, 2, 4):
            x = net.pool(x, 3, 2)
        x = fire(x, squeezed, expanded)
    x = net.act(net.conv(x, 1000, 1, bias=True), "relu")
    return net.flatten(net.global_pool(x))


@network("vision", s224={"size": 224}, s160_b4={"size": 160, "batch": 4})
def googlenet(net: Net, size: int, batch: int = 1) -> Value:
    def inception(x: Value, one: int, three: tuple[int, int], five: tuple[int, int], pooled: int) -> Value:
        return net.concat([
            net.conv_block(x, one, 1),
            net.conv_block(net.conv_block(x, three[0], 1), three[1], 3),
            net.conv_block(net.conv_block(x, five[0], 1), five[1], 5),
            net.conv_block(net.pool(x, 3, 1, 1), pooled, 1),
        ])  # fmt: skip

    x = net.conv_block(net.input(batch, 3, size, size), 64, 7, 2)
    x = net.conv_block(net.conv_block(net.pool(x, 3, 2, 1), 64, 1), 192, 3)
    x = net.pool(x, 3, 2, 1)
    x = inception(x, 64, (96, 128), (16, 32), 32)
    x = inception(x, 128, (128, 192), (32, 96), 64)
    x = net.pool(x, 3, 2, 1)
    x = inception(x, 192, (96, 208), (16, 48), 64)
    x = inception(x, 128, (128, 256), (24, 64), 64)
    x = inception(x, 256, (160, 320), (32, 128), 128)
    x = net.pool(x, 3, 2, 1)
    x = inception(x, 384, (192, 384), (48, 128), 128)
    return _head(net, x)


@network("vision", s128_b2={"size": 128, "batch": 2}, s192={"size": 192})
def convnext_tiny(net: Net, size: int, batch: int = 1) -> Value:
    def channels_last(x: Value) -> Value:
        return net.transpose(x, 0, 2, 3, 1)

    def channels_first(x: Value) -> Value:
        return net.transpose(x, 0, 3, 1, 2)

    def block(x: Value) -> Value:
        y = net.layer_norm(channels_last(net.conv(x, x.channels, 7, groups=x.channels, bias=True)))
        y = net.mul(net.feed_forward(y, 4 * x.channels), net.parameter(x.channels))
        return net.add(x, channels_first(y))

    x = net.conv(net.input(batch, 3, size, size), 96, 4, 4, pad=0, bias=True)
    x = channels_first(net.layer_norm(channels_last(x)))
    for channels, blocks in ((96, 2), (192, 2), (384, 4), (768, 2)):
        if channels > 96:
            x = channels_first(net.layer_norm(channels_last(x)))
            x = net.conv(x, channels, 2, 2, pad=0, bias=True)
        for _ in range(blocks):
            x = block(x)
    return net.gemm(net.layer_norm(net.flatten(net.global_pool(x))), 1000)
