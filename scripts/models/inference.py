"""onnxruntime as reference and peer: sessions, inputs by the graph's recipes, latency samples. A library for the
scripts here and for benchmarks that alternate it with another runtime."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper

import recipes

Tensors = dict[str, np.ndarray]


class InputError(ValueError):
    """Inputs that do not suit the model."""


def open_session(path: Path, threads: int, optimize: bool = True) -> onnxruntime.InferenceSession:
    """A session on the CPU with `threads` threads; optimize=False runs the graph node by node as written."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimize else level.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def graph_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that a caller must feed: those without an initializer."""
    initialized = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in initialized]


def input_type(value: onnx.ValueInfoProto, shapes: dict[str, list[int]]) -> tuple[list[int], np.dtype]:
    """Shape and type of a graph input, the shape from `shapes` where given; InputError where it is still open."""
    tensor = value.type.tensor_type
    # Some exporters write a negative number for an open dimension.
    declared = [dim.dim_value if dim.dim_value > 0 else dim.dim_param or "?" for dim in tensor.shape.dim]
    shape = shapes.get(value.name, declared)
    if len(shape) != len(declared) or any(isinstance(d, int) and d != s for d, s in zip(declared, shape)):
        raise InputError(f"input '{value.name}' is declared {declared}, asked for {shape}")
    if not all(isinstance(size, int) for size in shape):
        raise InputError(f"input '{value.name}' has the open shape {declared}; give it with --shape {value.name}=1,…")
    return shape, helper.tensor_dtype_to_np_dtype(tensor.elem_type)


def random_inputs(model: onnx.ModelProto, seed: int, shapes: dict[str, list[int]] | None = None) -> Tensors:
    """Random inputs by the recipe in each graph input's doc_string; float32 without a recipe is normal(0, 1)."""
    feeds: Tensors = {}
    for value in graph_inputs(model):
        shape, dtype = input_type(value, shapes or {})
        if not value.doc_string and dtype != np.float32:
            raise InputError(f"input '{value.name}' ({dtype}) has no recipe in its doc_string; give it as a file")
        feeds[value.name] = recipes.sample(value.doc_string or "normal(0, 1)", value.name, shape, dtype, seed)
    return feeds


def run(session: onnxruntime.InferenceSession, feeds: Tensors) -> Tensors:
    """All outputs by name."""
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def latency(session: onnxruntime.InferenceSession, feeds: Tensors) -> float:
    """Seconds of one run, without naming or copying outputs."""
    start = time.perf_counter()
    session.run(None, feeds)
    return time.perf_counter() - start


def latencies(session: onnxruntime.InferenceSession, feeds: Tensors, repeat: int, warmup: int = 3) -> list[float]:
    """Seconds of each of `repeat` runs after `warmup` ones that do not count."""
    for _ in range(warmup):
        latency(session, feeds)
    return [latency(session, feeds) for _ in range(repeat)]


def summary(samples: list[float]) -> str:
    """Median and range in milliseconds."""
    low, high = min(samples) * 1e3, max(samples) * 1e3
    return f"median {statistics.median(samples) * 1e3:.2f} ms, {low:.2f} to {high:.2f} ms, {len(samples)} runs"
