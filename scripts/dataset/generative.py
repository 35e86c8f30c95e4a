"""Networks that make images."""

from __future__ import annotations

from net import Net, Value
from registry import network


def _norm_act(net: Net, x: Value, groups: int) -> Value:
    return net.act(net.group_norm(x, groups), "silu")


def _residual(net: Net, x: Value, channels: int, groups: int, shift: Value | None = None) -> Value:
    """Of diffusion models; `shift` is of each channel, made of the time."""
    y = net.conv(_norm_act(net, x, groups), channels, 3, bias=True)
    if shift is not None:
        shift = net.linear(net.act(shift, "silu"), channels)
        y = net.add(y, net.reshape(shift, *shift.shape, 1, 1))
    y = net.conv(_norm_act(net, y, groups), channels, 3, bias=True)
    return net.add(x if x.channels == channels else net.conv(x, channels, 1, bias=True), y)


def _image_attention(net: Net, x: Value, heads: int, groups: int) -> Value:
    y = net.attention(net.tokens_of(net.group_norm(x, groups)), heads)
    return net.add(x, net.reshape(net.transpose(y, 0, 2, 1), *x.shape))


@network("generative", s16={"size": 16, "width": 128}, s24={"size": 24, "width": 64})
def vae_decoder(net: Net, size: int, width: int) -> Value:
    x = net.conv(net.input(1, 4, size, size), 2 * width, 3, bias=True)
    x = _residual(net, x, 2 * width, 32)
    x = _image_attention(net, x, 1, 32)
    for channels in (2 * width, width, width // 2):
        x = _residual(net, x, channels, 32)
        x = net.conv(net.upsample(x), channels, 3, bias=True)
    return net.conv(_norm_act(net, x, 32), 3, 3, bias=True)


@network("generative", s32={"size": 32, "width": 64}, s48={"size": 48, "width": 48},
         s16_b4={"size": 16, "width": 96, "batch": 4})  # fmt: skip
def diffusion_unet(net: Net, size: int, width: int, batch: int = 1) -> Value:
    time = net.linear(net.act(net.linear(net.input(batch, width), 4 * width), "silu"), 4 * width)
    x = net.conv(net.input(batch, 3, size, size), width, 3, bias=True)
    skipped = []
    for level, channels in enumerate((width, 2 * width, 2 * width)):
        x = _residual(net, x, channels, 16, time)
        if level > 0:
            x = _image_attention(net, x, channels // 32, 16)
        skipped.append(x)
        x = net.conv(x, channels, 3, 2, bias=True)
    x = _residual(net, _image_attention(net, x, 4, 16), 2 * width, 16, time)
    for skip in reversed(skipped):
        x = net.conv(net.upsample(x), skip.channels, 3, bias=True)
        x = _residual(net, net.concat([x, skip]), skip.channels, 16, time)
    return net.conv(_norm_act(net, x, 16), 3, 3, bias=True)


@network("generative", s128={"size": 128, "width": 48}, s96_b2={"size": 96, "width": 32, "batch": 2})
def cyclegan_generator(net: Net, size: int, width: int, batch: int = 1) -> Value:
    def block(x: Value, channels: int, kernel: int, stride: int = 1, act: str = "relu") -> Value:
        pad = kernel // 2
        x = net.pad_reflect(x, pad) if stride == 1 else x
        x = net.conv(x, channels, kernel, stride, pad=0 if stride == 1 else pad, bias=True)
        return net.act(net.instance_norm(x), act)

    x = block(net.input(batch, 3, size, size), width, 7)
    x = block(block(x, 2 * width, 3, 2), 4 * width, 3, 2)
    for _ in range(3):
        x = net.add(x, block(block(x, 4 * width, 3), 4 * width, 3, act=""))
    for channels in (2 * width, width):
        x = net.act(net.instance_norm(net.deconv(x, channels, 4, 2, 1, bias=True)), "relu")
    return net.act(net.conv(net.pad_reflect(x, 3), 3, 7, pad=0, bias=True), "tanh")


@network("generative", s128={"size": 128, "width": 48}, s256={"size": 256, "width": 32})
def pix2pix_generator(net: Net, size: int, width: int) -> Value:
    x = net.conv(net.input(1, 3, size, size), width, 4, 2, pad=1)
    skipped = []
    for scale in (2, 4, 8, 8, 8):
        skipped.append(x)
        x = net.batch_norm(net.conv(net.act(x, "leaky"), scale * width, 4, 2, pad=1))
    for skip in reversed(skipped):
        x = net.batch_norm(net.deconv(net.act(x, "relu"), skip.channels, 4, 2, 1))
        x = net.concat([x, skip])
    return net.act(net.deconv(net.act(x, "relu"), 3, 4, 2, 1, bias=True), "tanh")


@network("generative", s48={"size": 48, "width": 64}, s64_w48={"size": 64, "width": 48},
         s32_b4={"size": 32, "width": 32, "batch": 4})  # fmt: skip
def srresnet(net: Net, size: int, width: int, batch: int = 1) -> Value:
    first = x = net.act(net.conv(net.input(batch, 3, size, size), width, 9, bias=True), "prelu")
    for _ in range(3):
        y = net.act(net.batch_norm(net.conv(x, width, 3)), "prelu")
        x = net.add(x, net.batch_norm(net.conv(y, width, 3)))
    x = net.add(first, net.batch_norm(net.conv(x, width, 3)))
    for _ in range(2):
        x = net.act(net.depth_to_space(net.conv(x, 4 * width, 3, bias=True), 2), "prelu")
    return net.conv(x, 3, 9, bias=True)


@network("generative", s120={"size": 120, "scale": 3}, s90_x4={"size": 90, "scale": 4})
def espcn(net: Net, size: int, scale: int) -> Value:
    x = net.act(net.conv(net.input(1, 1, size, size), 64, 5, bias=True), "tanh")
    x = net.act(net.conv(x, 32, 3, bias=True), "tanh")
    return net.depth_to_space(net.conv(x, scale * scale, 3, bias=True), scale)


@network("generative", s160={"size": 160, "width": 32}, s224_w16={"size": 224, "width": 16})
def style_transfer(net: Net, size: int, width: int) -> Value:
    def block(x: Value, channels: int, kernel: int, stride: int = 1) -> Value:
        x = net.pad_reflect(x, kernel // 2)
        return net.act(net.instance_norm(net.conv(x, channels, kernel, stride, pad=0, bias=True)), "relu")

    x = block(net.input(1, 3, size, size), width, 9)
    x = block(block(x, 2 * width, 3, 2), 4 * width, 3, 2)
    for _ in range(3):
        y = net.conv(net.pad_reflect(block(x, 4 * width, 3), 1), 4 * width, 3, pad=0, bias=True)
        x = net.add(x, net.instance_norm(y))
    x = block(net.upsample(x), 2 * width, 3)
    x = block(net.upsample(x), width, 3)
    return net.conv(net.pad_reflect(x, 4), 3, 9, pad=0, bias=True)


@network("generative", w96={"width": 96}, w40_b4={"width": 40, "batch": 4})
def gan_generator(net: Net, width: int, batch: int = 1) -> Value:
    """Up to 64 x 64, by a projection, transposed convolutions and a convolution."""
    x = net.reshape(net.gemm(net.input(batch, 128), 6 * width * 16), batch, 6 * width, 4, 4)
    for channels in (4 * width, 2 * width, width):
        x = net.act(net.batch_norm(net.deconv(x, channels, 4, 2, 1)), "relu")
    x = net.act(net.batch_norm(net.deconv(x, width // 2, 6, 2, 2)), "leaky")
    return net.act(net.conv(x, 3, 5, bias=True), "tanh")


@network("generative", s64={"size": 64, "width": 40}, s96_b2={"size": 96, "width": 24, "batch": 2})
def gan_discriminator(net: Net, size: int, width: int, batch: int = 1) -> Value:
    x = net.act(net.conv(net.input(batch, 3, size, size), width, 4, 2, pad=1), "leaky")
    for channels in (2 * width, 4 * width, 8 * width):
        x = net.act(net.batch_norm(net.conv(x, channels, 4, 2, pad=1)), "leaky")
    return net.act(net.conv(x, 1, 3, bias=True), "sigmoid")
