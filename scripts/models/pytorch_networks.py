"""The networks of this folder as a user of eager PyTorch has them: torchvision's modules where it has the network, else
modules of pytorch_transformers.py and PyTorch's example of DCGAN, all with the weights of the ONNX file. For Debian's
Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
import torchvision
from onnx import numpy_helper
from torch import Tensor, nn

from pytorch_transformers import BertBase, GptNeo


@dataclass(frozen=True)
class Network:
    """A module in evaluation mode, and the names of its inputs and outputs in their order."""

    module: nn.Module
    inputs: list[str]
    outputs: list[str]


class DcganGenerator(nn.Module):
    """PyTorch's example, 64 x 64."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 100
        for outputs, stride, padding in ((512, 1, 0), (256, 2, 1), (128, 2, 1), (64, 2, 1)):
            layers += [
                nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(True),
            ]
            inputs = outputs
        self.main = nn.Sequential(*layers, nn.ConvTranspose2d(inputs, 3, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x)


# By the name of the ONNX graph.
BUILDERS: dict[str, Callable[[], nn.Module]] = {
    "resnet50": torchvision.models.resnet50,
    "mobilenet_v2": torchvision.models.mobilenet_v2,
    "bert_base_128": BertBase,
    "resnet3d_18": torchvision.models.video.r3d_18,
    "dcgan_generator": DcganGenerator,
    "gpt_neo_125m_128": GptNeo,
    "vit_b_16": torchvision.models.vit_b_16,
}


def read_weights(model: onnx.ModelProto) -> dict[str, Tensor]:
    """The graph's weights by their names, which are PyTorch's. MatMul has them as [in, out], nn.Linear as [out, in]."""
    transposed = {node.input[1] for node in model.graph.node if node.op_type == "MatMul"}
    weights = {}
    for initializer in model.graph.initializer:
        tensor = torch.from_numpy(numpy_helper.to_array(initializer).copy())
        weights[initializer.name] = tensor.t().contiguous() if initializer.name in transposed else tensor
    return weights


def unfold_batch_norms(module: nn.Module, weights: dict[str, Tensor]) -> None:
    """Where the graph has a BatchNorm folded into its convolution, gives the module a BatchNorm that only adds the
    convolution's bias: the same function, computed as eager PyTorch does."""
    for name, convolution in module.named_modules():
        if not isinstance(convolution, nn.Conv2d) or convolution.bias is not None or f"{name}.bias" not in weights:
            continue
        parent, _, index = name.rpartition(".")
        behind = f"{parent}.{int(index) + 1}"
        norm = module.get_submodule(behind)
        bias = weights.pop(f"{name}.bias")
        weights[f"{behind}.weight"] = torch.full_like(bias, (1 + norm.eps) ** 0.5)
        weights[f"{behind}.bias"] = bias
        weights[f"{behind}.running_mean"] = torch.zeros_like(bias)
        weights[f"{behind}.running_var"] = torch.ones_like(bias)


def load_weights(module: nn.Module, weights: dict[str, Tensor]) -> None:
    """Fills every parameter and buffer; ValueError names those that are missing. Constants that the graph has besides
    (masks, positions) are the module's own business."""
    state = module.state_dict()
    missing = [name for name in state if name not in weights and not name.endswith("num_batches_tracked")]
    if missing:
        raise ValueError(f"the model has no weight {missing[0]} ({len(missing)} are missing): write it with export.py")
    module.load_state_dict({name: weights[name] for name in state if name in weights}, strict=False)


def load_network(path: Path) -> Network:
    """The network of an ONNX file that export.py wrote; ValueError for another."""
    model = onnx.load(str(path))
    name = model.graph.name
    if name not in BUILDERS:
        raise ValueError(f"it does not read ONNX, and has no network for the graph '{name}': {', '.join(BUILDERS)}")
    module = BUILDERS[name]().eval()
    weights = read_weights(model)
    unfold_batch_norms(module, weights)
    load_weights(module, weights)
    initialized = {initializer.name for initializer in model.graph.initializer}
    inputs = [value.name for value in model.graph.input if value.name not in initialized]
    return Network(module, inputs, [value.name for value in model.graph.output])
