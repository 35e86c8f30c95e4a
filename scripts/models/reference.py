#!/usr/bin/env python3
"""Runs a model with onnxruntime on given inputs, writes its outputs as DIR/NAME.npy and prints its latency."""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

import numpy as np

from catalog import BUILDERS, fail, load_graph, model_path
from inference import Tensors, graph_inputs, latencies, open_session, run, summary


def read_inputs(paths: list[str], names: set[str]) -> Tensors:
    """Reads inputs given as NAME=FILE, as files NAME.npy, or as folders that hold files NAME.npy."""
    files: dict[str, Path] = {}
    for text in paths:
        name, separator, file = text.partition("=")
        if separator and name in names:
            files[name] = Path(file)
        elif Path(text).is_dir():
            files |= {path.stem: path for path in sorted(Path(text).glob("*.npy")) if path.stem in names}
        else:
            files[Path(text).stem] = Path(text)
    for name in sorted(names ^ set(files)):
        fail(f"no input is given for '{name}'" if name in names else f"the model has no input '{name}'")
    try:
        return {name: np.load(file) for name, file in files.items()}
    except (OSError, ValueError) as error:
        fail(str(error))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL", help=f"an ONNX file, or one of {', '.join(BUILDERS)}")
    parser.add_argument(
        "--inputs", nargs="+", required=True, metavar="PATH",
        help="DIR/NAME.npy, NAME=FILE.npy, or a folder of files NAME.npy",
    )  # fmt: skip
    parser.add_argument("--outputs", type=Path, metavar="DIR", help="folder for NAME.npy (not written without it)")
    parser.add_argument("--threads", type=int, default=2, help="(2)")
    parser.add_argument("--repeat", type=int, default=20, help="timed runs after three that warm up; 0: none (20)")
    parser.add_argument("--no-optimize", action="store_true", help="run the graph as written, without fusion")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    if arguments.threads < 1 or arguments.repeat < 0:
        parser.error("--threads must be at least 1 and --repeat at least 0")
    path = model_path(arguments.model)
    feeds = read_inputs(arguments.inputs, {value.name for value in graph_inputs(load_graph(path))})
    try:
        session = open_session(path, arguments.threads, not arguments.no_optimize)
        outputs = run(session, feeds)
    except Exception as error:  # onnxruntime's exceptions have no common base but this
        fail(f"onnxruntime: {error}")
    if arguments.outputs:
        arguments.outputs.mkdir(parents=True, exist_ok=True)
    for name, values in outputs.items():
        print(f"{name}: {values.dtype} {list(values.shape)}")
        if arguments.outputs:
            np.save(arguments.outputs / f"{name}.npy", values)
    samples = latencies(session, feeds, arguments.repeat) if arguments.repeat else []
    if samples:
        print(f"onnxruntime, {arguments.threads} threads: {summary(samples)}")
    if arguments.json:
        print(json.dumps({"median_seconds": statistics.median(samples) if samples else None, "samples": samples}))


if __name__ == "__main__":
    main()
