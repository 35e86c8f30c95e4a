"""A runtime as a process that `tilecast bench models` drives. Requests come on descriptor 3, answers go to 4: JSON
objects, each after its length in four little-endian bytes (src/base/child_process.h).

hello
load            model, threads: opens the model; answers with the runtime's version
set_inputs      files: a .npy file for each input
run             warmup, runs: the seconds of each run that counts
write_outputs   directory: runs once; a .npy file for each output
memory          this process's memory before a model was loaded, and the most so far
sizes           bytes of the runtime's libraries, and of the model with its weights

A request that cannot be done is answered with `error`. The process ends when descriptor 3 is closed."""

from __future__ import annotations

import json
import os
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import BinaryIO

import numpy as np

READ_FD, WRITE_FD = 3, 4
Tensors = dict[str, np.ndarray]


def status_bytes(field: str) -> int:
    """VmRSS or VmHWM of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return 0


class Peer(ABC):
    """One model and its inputs; a method `do_…` for each request, which returns the answer."""

    def __init__(self) -> None:
        self._before_bytes = status_bytes("VmRSS")

    @abstractmethod
    def load(self, model: Path, threads: int) -> str:
        """Opens a model; returns the runtime's version."""

    @abstractmethod
    def set_inputs(self, files: dict[str, str]) -> None:
        """Takes the files of the inputs that the model has."""

    @abstractmethod
    def run(self) -> None:
        """Runs the model, without naming or copying outputs."""

    @abstractmethod
    def outputs(self) -> Tensors:
        """Runs the model; all outputs by name."""

    @abstractmethod
    def sizes(self) -> tuple[int, int]:
        """Bytes of the runtime's libraries, as a program in C++ would ship them, and of the model."""

    def answer(self, request: dict) -> dict:
        command = request.pop("command")
        return getattr(self, f"do_{command}")(**request)

    def do_hello(self) -> dict:
        return {}

    def do_load(self, model: str, threads: int) -> dict:
        return {"version": self.load(Path(model), threads)}

    def do_set_inputs(self, files: dict[str, str]) -> dict:
        self.set_inputs(files)
        return {}

    def do_run(self, warmup: int, runs: int) -> dict:
        seconds = []
        for _ in range(warmup + runs):
            start = time.perf_counter()
            self.run()
            seconds.append(time.perf_counter() - start)
        return {"seconds": seconds[warmup:]}

    def do_write_outputs(self, directory: str) -> dict:
        files = {}
        for number, (name, values) in enumerate(self.outputs().items()):
            files[name] = str(Path(directory) / f"output_{number}.npy")
            np.save(files[name], values)
        return {"files": files}

    def do_memory(self) -> dict:
        return {"before_bytes": self._before_bytes, "peak_bytes": status_bytes("VmHWM")}

    def do_sizes(self) -> dict:
        library, model = self.sizes()
        return {"library_bytes": library, "model_bytes": model}


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


def serve(peer: Peer) -> None:
    """Answers requests until there are no more."""
    with os.fdopen(READ_FD, "rb") as requests, os.fdopen(WRITE_FD, "wb") as answers:
        while (request := receive(requests)) is not None:
            try:
                answer = peer.answer(request)
            except Exception as error:  # runtimes raise many kinds
                answer = {"error": " ".join(str(error).split()) or type(error).__name__}
            send(answers, answer)
