"""Networks for tables, recommendations and sets of points."""

from __future__ import annotations

from net import Net, Value
from registry import network


@network("tabular", b64={"batch": 64}, b256={"batch": 256}, b1={"batch": 1})
def recommender(net: Net, batch: int) -> Value:
    """Dense features and embeddings, their products, then a stack of layers."""
    x = net.input(batch, 13)
    for size in (512, 256, 64):
        x = net.act(net.gemm(x, size), "relu")
    embedded = net.embedding(net.tokens(batch, 26), 4096, 64)
    all_features = net.concat([net.reshape(x, batch, 1, 64), embedded])
    products = net.matmul(all_features, net.transpose(all_features, 0, 2, 1))
    y = net.concat([x, net.reshape(products, batch, 27 * 27)])
    for size in (1024, 1024, 512, 256):
        y = net.act(net.gemm(y, size), "relu")
    return net.act(net.gemm(y, 1), "sigmoid")


@network("tabular", b128={"batch": 128, "width": 256}, b16={"batch": 16, "width": 384})
def tabular_resnet(net: Net, batch: int, width: int) -> Value:
    x = net.gemm(net.input(batch, 54), width)
    for _ in range(2):
        y = net.act(net.gemm(net.batch_norm(x), 2 * width), "relu")
        x = net.add(x, net.gemm(y, width))
    return net.softmax(net.gemm(net.act(net.batch_norm(x), "relu"), 7))


@network("tabular", b8={"batch": 8, "features": 40}, b32={"batch": 32, "features": 24})
def feature_transformer(net: Net, batch: int, features: int) -> Value:
    """Each column of a table is a token."""
    x = net.mul(net.input(batch, features, 1), net.parameter(1, features, 192))
    x = net.add(x, net.parameter(1, features, 192))
    for _ in range(2):
        x = net.add(x, net.attention(net.layer_norm(x), 8))
        y = net.layer_norm(x)
        y = net.mul(net.act(net.linear(y, 256), "relu"), net.linear(y, 256))
        x = net.add(x, net.linear(y, 192))
    x = net.node("ReduceMean", [net.layer_norm(x)], [batch, 192], axes=[1], keepdims=0)
    return net.gemm(x, 10)


@network("tabular", n1024={"points": 1024}, n512_b4={"points": 512, "batch": 4})
def pointnet(net: Net, points: int, batch: int = 1) -> Value:
    x = net.input(batch, 3, points)
    for channels in (64, 64, 128, 1024):
        x = net.conv_block(x, channels, 1)
    x = net.node("ReduceMax", [x], [batch, 1024], axes=[2], keepdims=0)
    for size in (512, 256):
        x = net.act(net.batch_norm(net.gemm(x, size)), "relu")
    return net.gemm(x, 40)


@network("tabular", b32={"batch": 32, "size": 784}, b100={"batch": 100, "size": 1000})
def autoencoder(net: Net, batch: int, size: int) -> Value:
    x = net.input(batch, size)
    for width in (640, 320, 40, 320, 640):
        x = net.act(net.gemm(x, width), "elu")
    return net.act(net.gemm(x, size), "sigmoid")
