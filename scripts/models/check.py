#!/usr/bin/env python3
"""Checks a model: ONNX's checker, onnxruntime on random inputs, statistics of its outputs and of how much they depend
on the inputs, and its latency."""

from __future__ import annotations

import argparse
import sys

import numpy as np
import onnx

from catalog import BUILDERS, fail, load_graph, model_path
from compare import relative_error
from inference import latencies, open_session, random_inputs, run, summary

# A model whose outputs hardly depend on its inputs would hide errors from a comparison.
LEAST_SENSITIVITY = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL", help=f"an ONNX file, or one of {', '.join(BUILDERS)}")
    parser.add_argument("--seed", type=int, default=0, help="of the random inputs (0)")
    parser.add_argument("--threads", type=int, default=2, help="(2)")
    parser.add_argument("--repeat", type=int, default=20, help="timed runs (20)")
    arguments = parser.parse_args()
    if arguments.threads < 1 or arguments.repeat < 1:
        parser.error("--threads and --repeat must be at least 1")
    path = model_path(arguments.model)
    model = load_graph(path)
    try:
        onnx.checker.check_model(str(path), full_check=True)
        session = open_session(path, arguments.threads)
        as_written = open_session(path, arguments.threads, optimize=False)
        feeds = random_inputs(model, arguments.seed)
        outputs = run(session, feeds)
        unoptimized = run(as_written, feeds)
        others = run(session, random_inputs(model, arguments.seed + 1))
    except Exception as error:  # onnx and onnxruntime raise many kinds
        fail(f"{path}: {error}")
    opsets = ", ".join(f"{opset.domain or 'ai.onnx'} {opset.version}" for opset in model.opset_import)
    print(f"{path}: checker passed; IR version {model.ir_version}, opset {opsets}, seed {arguments.seed}")
    good = True
    for name, values in outputs.items():
        finite = bool(np.isfinite(values).all())
        sensitivity = relative_error(others[name], values)
        error = relative_error(unoptimized[name], values)
        good &= finite and sensitivity >= LEAST_SENSITIVITY
        print(
            f"{name} {list(values.shape)}: mean {values.mean():.4g}, deviation {values.std():.4g}, "
            f"range {values.min():.4g} to {values.max():.4g}, {'finite' if finite else 'NOT FINITE'}; "
            f"changes by {sensitivity:.2g} with other inputs; {error:.2g} from the unoptimized graph"
        )
    print(f"onnxruntime, {arguments.threads} threads: {summary(latencies(session, feeds, arguments.repeat))}")
    if not good:
        print(f"not usable for comparisons: not finite, or changes by less than {LEAST_SENSITIVITY}", file=sys.stderr)
    sys.exit(not good)


if __name__ == "__main__":
    main()
