#!/usr/bin/env python3
"""Eager PyTorch as a process that `tilecast bench models --pytorch` drives (peer_process.py says how). It reads the
models that export.py writes: the graph's name says which network of pytorch_networks.py to build, its weights come from
the ONNX file. For Debian's Python: apt-get install python3-torch python3-torchvision python3-onnx libopenblas0-openmp"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# OpenMP's threads else spin after a run, and disturb whoever has the next turn. Read when the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
try:
    import torch
    import torchvision  # noqa: F401  (its networks are built later; here it is known to be there)
    import onnx  # noqa: F401
except ImportError as error:
    sys.exit(f"{error}: apt-get install python3-torch python3-torchvision python3-onnx, and name /usr/bin/python3")

import numpy as np

from peer_process import Peer, Tensors, serve
from pytorch_networks import Network, load_network

MEMORY_FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}


def mapped_libraries() -> set[Path]:
    """The shared libraries of this process."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    paths = {Path(parts[5]) for line in lines if len(parts := line.split(maxsplit=5)) == 6 and parts[5][0] == "/"}
    return {path for path in paths if ".so" in path.name}


def blas_name() -> str:
    """The library that multiplies matrices: Debian installs the slow reference unless another is asked for."""
    names = [path.parent.name for path in mapped_libraries() if path.name.startswith(("libblas", "libopenblas"))]
    return f"{names[0]}'s BLAS" if names and names[0] != "blas" else "reference BLAS: install libopenblas0-openmp"


class PytorchPeer(Peer):
    """One module in inference mode; pictures channels first and contiguous, or channels last."""

    def __init__(self, channels_last: bool) -> None:
        super().__init__()
        self._channels_last = channels_last
        self._network: Network | None = None
        self._inputs: list[torch.Tensor] = []

    def _formatted(self, tensor: torch.Tensor) -> torch.Tensor:
        if not self._channels_last or tensor.dim() not in MEMORY_FORMATS:
            return tensor.contiguous()
        return tensor.contiguous(memory_format=MEMORY_FORMATS[tensor.dim()])

    def load(self, model: Path, threads: int) -> str:
        torch.set_num_threads(threads)
        self._network = load_network(model)
        for parameter in self._network.module.parameters():
            parameter.data = self._formatted(parameter.data)
        # The peak from here on is the model's: its way through an ONNX file is not PyTorch's.
        Path("/proc/self/clear_refs").write_text("5")
        return f"{torch.__version__} ({blas_name()}{', channels last' if self._channels_last else ''})"

    def set_inputs(self, files: dict[str, str]) -> None:
        self._inputs = [self._formatted(torch.from_numpy(np.load(files[name]))) for name in self._network.inputs]

    @torch.inference_mode()
    def run(self) -> None:
        self._network.module(*self._inputs)

    @torch.inference_mode()
    def outputs(self) -> Tensors:
        results = self._network.module(*self._inputs)
        tensors = results if isinstance(results, tuple) else (results,)
        return {name: tensor.contiguous().numpy() for name, tensor in zip(self._network.outputs, tensors)}

    def sizes(self) -> tuple[int, int]:
        libraries = [path for path in mapped_libraries() if path.name.startswith(("libtorch", "libc10"))]
        library = sum(path.stat().st_size for path in libraries if "python" not in path.name)
        state = self._network.module.state_dict().values()
        return library, sum(tensor.numel() * tensor.element_size() for tensor in state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels-last", action="store_true", help="pictures and filters channels last")
    serve(PytorchPeer(parser.parse_args().channels_last))


if __name__ == "__main__":
    main()
