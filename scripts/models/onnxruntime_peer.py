#!/usr/bin/env python3
"""onnxruntime as a process that `tilecast bench models` drives. Requests come on descriptor 3, answers go to 4: JSON
objects, each after its length in four little-endian bytes (src/base/child_process.h).

hello
load            model, threads: opens a session; answers with onnxruntime's version
set_inputs      files: a .npy file for each input
run             warmup, runs: the seconds of each run that counts
write_outputs   directory: runs once; a .npy file for each output
memory          this process's memory before a model was loaded, and the most so far
sizes           bytes of onnxruntime's library, and of the model with its weights

A request that cannot be done is answered with `error`. The process ends when descriptor 3 is closed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnx
import onnxruntime

from inference import Tensors, latency, open_session, run

READ_FD, WRITE_FD = 3, 4


def status_bytes(field: str) -> int:
    """VmRSS or VmHWM of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return 0


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


class Peer:
    """One session and its inputs; a method for each request, which returns the answer."""

    def __init__(self) -> None:
        self._before_bytes = status_bytes("VmRSS")
        self._path = Path()
        self._session: onnxruntime.InferenceSession | None = None
        self._feeds: Tensors = {}

    def answer(self, request: dict) -> dict:
        command = request.pop("command")
        return getattr(self, f"do_{command}")(**request)

    def do_hello(self) -> dict:
        return {}

    def do_load(self, model: str, threads: int) -> dict:
        self._path = Path(model)
        self._session = open_session(self._path, threads)
        return {"version": onnxruntime.__version__}

    def do_set_inputs(self, files: dict[str, str]) -> dict:
        names = {value.name for value in self._session.get_inputs()}
        self._feeds = {name: np.load(file) for name, file in files.items() if name in names}
        return {}

    def do_run(self, warmup: int, runs: int) -> dict:
        seconds = [latency(self._session, self._feeds) for _ in range(warmup + runs)]
        return {"seconds": seconds[warmup:]}

    def do_write_outputs(self, directory: str) -> dict:
        files = {}
        for number, (name, values) in enumerate(run(self._session, self._feeds).items()):
            files[name] = str(Path(directory) / f"output_{number}.npy")
            np.save(files[name], values)
        return {"files": files}

    def do_memory(self) -> dict:
        return {"before_bytes": self._before_bytes, "peak_bytes": status_bytes("VmHWM")}

    def do_sizes(self) -> dict:
        return {"library_bytes": library_bytes(), "model_bytes": model_bytes(self._path)}


def receive(stream: BinaryIO) -> dict | None:
    """The next request; None at the end."""
    prefix = stream.read(4)
    if len(prefix) < 4:
        return None
    return json.loads(stream.read(int.from_bytes(prefix, "little")))


def send(stream: BinaryIO, answer: dict) -> None:
    content = json.dumps(answer).encode()
    stream.write(len(content).to_bytes(4, "little") + content)
    stream.flush()


def main() -> None:
    peer = Peer()
    with os.fdopen(READ_FD, "rb") as requests, os.fdopen(WRITE_FD, "wb") as answers:
        while (request := receive(requests)) is not None:
            try:
                answer = peer.answer(request)
            except Exception as error:  # onnxruntime raises many kinds
                answer = {"error": " ".join(str(error).split()) or type(error).__name__}
            send(answers, answer)


if __name__ == "__main__":
    main()
