#!/usr/bin/env python3
"""onnxruntime as a process that `tilecast bench models` drives (peer_process.py says how)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from inference import open_session, run
from peer_process import Peer, Tensors, serve


def library_bytes() -> int:
    """The library that a program in C++ would ship; the one for Python holds the same code."""
    folder = Path(onnxruntime.__file__).parent / "capi"
    libraries = sorted(folder.glob("libonnxruntime.so*")) or sorted(folder.glob("onnxruntime_pybind11_state*"))
    return libraries[0].stat().st_size if libraries else 0


def model_bytes(path: Path) -> int:
    """The ONNX file and the external files that its tensors lie in."""
    model = onnx.load(path, load_external_data=False)
    files = {path}
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            files |= {path.parent / entry.value for entry in tensor.external_data if entry.key == "location"}
    return sum(file.stat().st_size for file in files)


class OnnxruntimePeer(Peer):
    """One session, with all optimizations."""

    def __init__(self) -> None:
        super().__init__()
        self._path = Path()
        self._session: onnxruntime.InferenceSession | None = None
        self._feeds: Tensors = {}

    def load(self, model: Path, threads: int) -> str:
        self._path = model
        self._session = open_session(model, threads)
        return onnxruntime.__version__

    def set_inputs(self, files: dict[str, str]) -> None:
        names = {value.name for value in self._session.get_inputs()}
        self._feeds = {name: np.load(file) for name, file in files.items() if name in names}

    def run(self) -> None:
        self._session.run(None, self._feeds)

    def outputs(self) -> Tensors:
        return run(self._session, self._feeds)

    def sizes(self) -> tuple[int, int]:
        return library_bytes(), model_bytes(self._path)


if __name__ == "__main__":
    serve(OnnxruntimePeer())
