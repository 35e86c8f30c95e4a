#!/usr/bin/env python3
"""Writes the weights files of models exported by export.py: random values by the recipe of each tensor, the same on
every machine. A file that is up to date is left alone."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

import recipes
from catalog import BUILDERS, fail, load_graph, model_path
from external_data import ExternalTensor, data_size, external_tensors, is_up_to_date, stamp

SEED = 20260


def write_weights(path: Path, tensors: list[ExternalTensor], seed: int) -> None:
    """Writes the file under another name first, so that one cut short is never taken for a finished one."""
    partial = path.with_name(f"{path.stem}.partial-{os.getpid()}.weights")
    try:
        with partial.open("wb") as file:
            for tensor in tensors:
                values = recipes.sample(tensor.recipe, tensor.name, tensor.shape, np.dtype(np.float32), seed)
                if values.nbytes != tensor.length:
                    raise ValueError(f"tensor '{tensor.name}': {values.nbytes} bytes, the model says {tensor.length}")
                file.seek(tensor.offset)
                file.write(values.astype("<f4", copy=False).data)
            file.seek(data_size(tensors))
            file.write(stamp(tensors, seed))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def generate(model_file: Path, seed: int, force: bool) -> None:
    """Brings the weights file beside `model_file` up to date."""
    try:
        tensors = external_tensors(load_graph(model_file))
    except ValueError as error:
        fail(f"{model_file}: {error}")
    locations = {tensor.location for tensor in tensors}
    if len(locations) != 1:
        fail(f"{model_file}: {len(locations)} weights files, expected one; write the model with export.py")
    path = model_file.parent / locations.pop()
    if not force and is_up_to_date(path, tensors, seed):
        print(f"{path}: up to date")
        return
    start = time.perf_counter()
    try:
        write_weights(path, tensors, seed)
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}")
    parameters = sum(tensor.length for tensor in tensors) // 4
    print(f"{path}: {parameters} parameters, seed {seed}, {time.perf_counter() - start:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "models", nargs="*", metavar="MODEL", help=f"of {', '.join(BUILDERS)}, or a file that export.py wrote (all)"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"({SEED})")
    parser.add_argument("--force", action="store_true", help="write a file that is up to date, too")
    arguments = parser.parse_args()
    for model in arguments.models or BUILDERS:
        generate(model_path(model), arguments.seed, arguments.force)


if __name__ == "__main__":
    main()
