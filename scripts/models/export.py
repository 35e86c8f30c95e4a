#!/usr/bin/env python3
"""Writes the ONNX graphs of the models. Their weights are external data that generate_weights.py writes."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import onnx

from catalog import BUILDERS, MODELS_FOLDER
from external_data import data_size, external_tensors

SIZE_LIMIT = 1 << 20


def check(model: onnx.ModelProto, weights_file: str) -> None:
    """Runs ONNX's checker and shape inference on the model, with a sparse file in place of the weights."""
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / weights_file).open("wb") as file:
            file.truncate(data_size(external_tensors(model)))
        path = Path(folder) / "model.onnx"
        path.write_bytes(model.SerializeToString())
        onnx.checker.check_model(str(path), full_check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(BUILDERS)} (all)")
    parser.add_argument("-o", "--output", type=Path, default=MODELS_FOLDER, metavar="DIR", help="folder (models/)")
    arguments = parser.parse_args()
    unknown = set(arguments.models) - set(BUILDERS)
    if unknown:
        parser.error(f"unknown model {', '.join(sorted(unknown))}; there are {', '.join(BUILDERS)}")
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.models or BUILDERS:
        weights_file = f"{name}.weights"
        model = BUILDERS[name](weights_file)
        check(model, weights_file)
        content = model.SerializeToString(deterministic=True)
        if len(content) > SIZE_LIMIT:
            raise RuntimeError(f"{name}: the graph takes {len(content)} bytes, a weight must have slipped into it")
        path = arguments.output / f"{name}.onnx"
        path.write_bytes(content)
        print(f"{path}: {len(model.graph.node)} nodes, {len(content)} bytes")


if __name__ == "__main__":
    main()
