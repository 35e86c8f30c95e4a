#!/usr/bin/env python3
"""Writes torchvision's classification networks as ONNX files, with random weights. For Debian's Python:

    apt-get install python3-torchvision
    /usr/bin/python3 scripts/models/export_torchvision.py resnet18 swin_t -o FOLDER

The weights are those that the network begins its training with, made fit for a comparison (make_sensitive): an error
anywhere must show in the outputs. A network that the exporter refuses is named with its reason, the others are written,
and the exit status is 1."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

try:
    import torch
    import torchvision
except ImportError as error:
    sys.exit(f"export_torchvision.py: error: {error}: apt-get install python3-torchvision, and run /usr/bin/python3")
from torch import nn

OPSET = 17  # the newest of torch 1.13's exporter
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
NORMS = (*BATCH_NORMS, nn.LayerNorm, nn.GroupNorm)


def picture_size(name: str) -> int:
    """Rows and columns of the pictures that the network is trained with; the least where there are several."""
    weights = torchvision.models.get_model_weights(name)
    return min(entry.transforms.keywords["crop_size"] for entry in weights)


def replace_constants(model: nn.Module) -> None:
    """Random values in place of parameters that begin as a constant: shifts of zero, scales of one or next to nothing
    (ConvNeXt's branches begin with 1e-6), a head of zeros (ViT's)."""
    for parameter in model.parameters():
        if parameter.numel() < 2 or parameter.std() > 1e-5:
            continue
        if parameter.abs().max() > 0.5:
            parameter.uniform_(0.8, 1.2)
        elif parameter.dim() == 2:
            parameter.normal_(0, parameter.shape[1] ** -0.5)
        else:
            parameter.normal_(0, 0.1)


def calibrate(model: nn.Module, size: int) -> None:
    """Takes the statistics of every BatchNorm from one random batch: with those that it begins with, activations double
    from block to block."""
    norms = [module for module in model.modules() if isinstance(module, BATCH_NORMS)]
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    model(torch.randn(2, 3, size, size))
    for norm in norms:
        norm.eval()


def make_sensitive(model: nn.Module, size: int) -> None:
    """Weights with which activations neither vanish nor grow, and no layer is without effect."""
    with torch.no_grad():
        if not any(isinstance(module, NORMS) for module in model.modules()):
            for module in model.modules():
                if isinstance(module, (nn.Conv2d, nn.Linear)):
                    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        replace_constants(model)
        calibrate(model, size)


def sensitivity(model: nn.Module, size: int) -> float:
    """How much the outputs change with the inputs, relative to the largest element."""
    with torch.inference_mode():
        first, second = (model(torch.randn(1, 3, size, size)) for _ in range(2))
    return float((first - second).abs().max() / first.abs().max())


def export(name: str, folder: Path, seed: int) -> str:
    """Writes NAME.onnx (weights beside it only above 2 GB, where protobuf ends) and says what it holds."""
    size = picture_size(name)
    torch.manual_seed(seed)
    model = torchvision.models.get_model(name, weights=None).eval()
    make_sensitive(model, size)
    change = sensitivity(model, size)
    path = folder / f"{name}.onnx"
    torch.onnx.export(
        model, torch.randn(1, 3, size, size), str(path), opset_version=OPSET, input_names=["input"],
        output_names=["logits"],
    )  # fmt: skip
    parameters = sum(parameter.numel() for parameter in model.parameters())
    shape = f"1x3x{size}x{size}"
    return f"{shape}, {parameters / 1e6:.1f} million parameters, outputs change by {change:.2g} with the inputs"


def main() -> None:
    names = torchvision.models.list_models(module=torchvision.models)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NAME", help="builders of torchvision.models (see --list)")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("scratch/torchvision"), metavar="FOLDER",
        help="(scratch/torchvision)",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="prints the names of all classification networks")
    parser.add_argument("--seed", type=int, default=0, help="of the weights (0)")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(names))
        return
    unknown = set(arguments.networks) - set(names)
    if unknown or not arguments.networks:
        parser.error(f"unknown network {', '.join(sorted(unknown))}" if unknown else "name some networks, or --list")
    arguments.output.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")  # the tracer's, of shapes that become constants
    failed = False
    for name in arguments.networks:
        try:
            print(f"{name}: {export(name, arguments.output, arguments.seed)}", flush=True)
        except Exception as error:  # the exporter raises many kinds
            failed = True
            lines = str(error).strip().splitlines()
            print(f"{name}: not exported: {lines[0] if lines else type(error).__name__}", file=sys.stderr, flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
