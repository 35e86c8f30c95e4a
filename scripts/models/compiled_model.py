"""A directory written by `tilecast compile`, through its C interface (include/tilecast/runtime.h)."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import numpy as np

Tensors = dict[str, np.ndarray]

# In the order of tilecast_type.
_TYPES = (np.float32, np.int64, np.int32, np.uint8, np.int8, np.bool_, np.float64)


class CompiledModelError(RuntimeError):
    """What the model's library says about a failure."""


class _Error(ctypes.Structure):
    _fields_ = [("message", ctypes.c_char * 512)]


class _TensorInfo(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("rank", ctypes.c_int32),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("bytes", ctypes.c_size_t),
    ]


class CompiledModel:
    """One instance of a compiled model."""

    def __init__(self, directory: Path, threads: int) -> None:
        try:
            self._library = ctypes.CDLL(str(directory.resolve() / "libtilecast_model.so"), mode=ctypes.RTLD_LOCAL)
        except OSError as error:
            raise CompiledModelError(str(error)) from error
        for name in ("tilecast_input", "tilecast_output"):
            getattr(self._library, name).restype = ctypes.POINTER(_TensorInfo)
        for name in ("tilecast_input_count", "tilecast_output_count"):
            getattr(self._library, name).restype = ctypes.c_size_t
        for name in ("tilecast_input_data", "tilecast_output_data"):
            getattr(self._library, name).restype = ctypes.c_void_p
        self._model = ctypes.c_void_p()
        self._instance = ctypes.c_void_p()
        self._call("tilecast_model_load", str(directory).encode(), ctypes.byref(self._model))
        self._call("tilecast_instance_create", self._model, threads, ctypes.byref(self._instance))
        self._inputs = self._views("input")
        self._outputs = self._views("output")

    def _call(self, function: str, *arguments: object) -> None:
        error = _Error()
        if getattr(self._library, function)(*arguments, ctypes.byref(error)) != 0:
            raise CompiledModelError(error.message.decode())

    def _views(self, kind: str) -> Tensors:
        """Arrays over the instance's own memory, by name."""
        views: Tensors = {}
        for i in range(getattr(self._library, f"tilecast_{kind}_count")(self._model)):
            index = ctypes.c_size_t(i)
            info = getattr(self._library, f"tilecast_{kind}")(self._model, index).contents
            address = getattr(self._library, f"tilecast_{kind}_data")(self._instance, index)
            memory = (ctypes.c_char * info.bytes).from_address(address)
            shape = [info.shape[d] for d in range(info.rank)]
            views[info.name.decode()] = np.frombuffer(memory, _TYPES[info.type]).reshape(shape)
        return views

    def set_inputs(self, feeds: Tensors) -> None:
        for name, view in self._inputs.items():
            view[...] = feeds[name]

    def run(self) -> float:
        """Seconds of one run on the inputs that were set."""
        start = time.perf_counter()
        self._call("tilecast_run", self._instance)
        return time.perf_counter() - start

    def outputs(self) -> Tensors:
        return {name: view.copy() for name, view in self._outputs.items()}
