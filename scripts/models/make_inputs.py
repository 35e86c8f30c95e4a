#!/usr/bin/env python3
"""Writes a model's inputs as DIR/NAME.npy ('/' in a name becomes '_'): random ones from a seed, or a picture prepared
for an ImageNet network."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from catalog import BUILDERS, fail, load_graph, model_path
from inference import InputError, Tensors, graph_inputs, input_type, random_inputs
from picture import preprocess, read_ppm
from recipes import RecipeError


def parse_shape(text: str) -> tuple[str, list[int]]:
    """Reads NAME=1,3,224,224."""
    name, separator, sizes = text.rpartition("=")
    try:
        shape = [int(size) for size in sizes.split(",")]
    except ValueError:
        shape = []
    if not separator or not name or not shape or min(shape) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form NAME=1,3,224,224")
    return name, shape


def picture_input(model_file: Path, picture: Path, shapes: dict[str, list[int]]) -> Tensors:
    """The picture as the model's only input."""
    inputs = graph_inputs(load_graph(model_file))
    if len(inputs) != 1:
        fail(f"{model_file}: {len(inputs)} inputs, a picture needs a model with one")
    shape, dtype = input_type(inputs[0], shapes)
    values = preprocess(read_ppm(picture))
    if list(values.shape) != shape or dtype != np.float32:
        fail(f"{picture}: gives float32 {list(values.shape)}, input '{inputs[0].name}' is {dtype} {shape}")
    return {inputs[0].name: values}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL", help=f"an ONNX file, or one of {', '.join(BUILDERS)}")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder for NAME.npy")
    parser.add_argument("--seed", type=int, default=0, help="of the random inputs (0)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="binary PPM to use as the input")
    parser.add_argument(
        "--shape", type=parse_shape, action="append", default=[], metavar="NAME=1,3,224,224",
        help="shape of an input whose dimensions are symbolic",
    )  # fmt: skip
    arguments = parser.parse_args()
    path = model_path(arguments.model)
    shapes = dict(arguments.shape)
    unknown = set(shapes) - {value.name for value in graph_inputs(load_graph(path))}
    if unknown:
        fail(f"--shape: {path} has no input '{sorted(unknown)[0]}'")
    try:
        if arguments.picture:
            feeds = picture_input(path, arguments.picture, shapes)
        else:
            feeds = random_inputs(load_graph(path), arguments.seed, shapes)
    except (InputError, RecipeError, OSError, ValueError) as error:
        fail(str(error))
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, values in feeds.items():
        file = arguments.output / f"{name.replace('/', '_')}.npy"
        np.save(file, values)
        print(f"{file}: {values.dtype} {list(values.shape)}")


if __name__ == "__main__":
    main()
