#!/usr/bin/env python3
"""Compares a model that `tilecast compile` wrote with onnxruntime: outputs on the same inputs, and latency, both sides
alternating in one process in blocks of runs. Exit status 1 where the outputs differ by more than the tolerance."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from catalog import BUILDERS, fail, load_graph, model_path
from compare import relative_error
from compiled_model import CompiledModel, CompiledModelError
from inference import InputError, Tensors, latency, open_session, random_inputs, run, summary
from make_inputs import parse_shape, picture_input

# Workers of the side that ran last go to sleep before the other side is timed.
PAUSE_SECONDS = 0.05
# Runs at the start of each block that do not count.
WARMUP = 2


def alternate(ours, theirs, blocks: int, runs: int) -> tuple[list[float], list[float]]:
    """Samples of both sides, `blocks` times `runs` each."""
    samples: tuple[list[float], list[float]] = ([], [])
    for _ in range(blocks):
        for side, measure in enumerate((ours, theirs)):
            time.sleep(PAUSE_SECONDS)
            block = [measure() for _ in range(WARMUP + runs)]
            samples[side].extend(block[WARMUP:])
    return samples


def feeds_for(arguments: argparse.Namespace, path: Path) -> Tensors:
    shapes = dict(arguments.shape)
    if arguments.picture:
        return picture_input(path, arguments.picture, shapes)
    return random_inputs(load_graph(path), arguments.seed, shapes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL", help=f"an ONNX file, or one of {', '.join(BUILDERS)}")
    parser.add_argument("directory", type=Path, metavar="DIR", help="what `tilecast compile` wrote")
    parser.add_argument("--threads", type=int, default=2, help="of both sides (2)")
    parser.add_argument("--blocks", type=int, default=10, help="how often the sides take turns (10)")
    parser.add_argument("--runs", type=int, default=5, help="timed runs in a block (5)")
    parser.add_argument("--seed", type=int, default=0, help="of the random inputs (0)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="binary PPM to use as the input")
    parser.add_argument("--shape", type=parse_shape, action="append", default=[], metavar="NAME=1,3,224,224")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="of max|a - b| / max|b| (1e-3)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    arguments = parser.parse_args()
    path = model_path(arguments.model)
    try:
        feeds = feeds_for(arguments, path)
        session = open_session(path, arguments.threads)
        compiled = CompiledModel(arguments.directory, arguments.threads)
    except (CompiledModelError, InputError, OSError, ValueError) as error:
        fail(str(error))
    compiled.set_inputs(feeds)
    compiled.run()
    outputs = compiled.outputs()
    errors = {name: relative_error(outputs[name], values) for name, values in run(session, feeds).items()}
    for name, error in errors.items():
        print(f"{name}: relative error {error:.3g} from onnxruntime")
    ours, theirs = alternate(compiled.run, lambda: latency(session, feeds), arguments.blocks, arguments.runs)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"tilecast:    {summary(ours)}")
    print(f"onnxruntime: {summary(theirs)}")
    print(f"tilecast takes {ratio:.3f} of onnxruntime's time, {arguments.threads} threads each")
    if arguments.json:
        medians = {"tilecast": statistics.median(ours), "onnxruntime": statistics.median(theirs)}
        print(json.dumps({"errors": errors, "median_seconds": medians, "ratio": ratio}))
    sys.exit(any(error > arguments.tolerance for error in errors.values()))


if __name__ == "__main__":
    main()
