"""Recipes for random tensors: short texts such as `normal(0, 0.02)`, kept in the doc_string of a model's tensors.

A tensor's values depend on its recipe, its shape, its name and a seed, and on nothing else: not on the order in which
tensors are made. NumPy's streams are stable within the version that scripts/install-deps pins.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np

_RECIPE = re.compile(r"^(?P<kind>[a-z_]+)\((?P<arguments>[^()]*)\)$")
_ARITY = {
    "normal": 2,
    "centred_normal": 1,
    "uniform": 2,
    "integers": 2,
    "ones_then_zeros": 1,
    "zeros_then_ones": 1,
}


class RecipeError(ValueError):
    """A recipe that cannot be read or does not suit the tensor's type."""


def generator(name: str, seed: int) -> np.random.Generator:
    """A random stream that belongs to this name and seed alone."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))


def parse(recipe: str) -> tuple[str, list[float]]:
    """Splits `kind(a, b)` into its kind and its numbers."""
    match = _RECIPE.match(recipe.strip())
    if match is None or match["kind"] not in _ARITY:
        raise RecipeError(f"recipe '{recipe}' is none of {', '.join(_ARITY)}, each with numbers in brackets")
    try:
        arguments = [float(text) for text in match["arguments"].split(",")]
    except ValueError as error:
        raise RecipeError(f"recipe '{recipe}': {error}") from None
    if len(arguments) != _ARITY[match["kind"]]:
        raise RecipeError(f"recipe '{recipe}' needs {_ARITY[match['kind']]} numbers, has {len(arguments)}")
    return match["kind"], arguments


def sample(recipe: str, name: str, shape: list[int], dtype: np.dtype, seed: int) -> np.ndarray:
    """Values of the tensor `name`.

    normal(mean, std); centred_normal(std), whose mean over all but the first dimension is zero; uniform(low, high);
    integers(low, high) with high excluded; ones_then_zeros(low) and zeros_then_ones(low), which fill the last
    dimension and change at a random place, not before the share `low` of it.
    """
    kind, arguments = parse(recipe)
    stream = generator(name, seed)
    if kind in ("normal", "centred_normal", "uniform"):
        if dtype != np.float32:
            raise RecipeError(f"tensor '{name}': recipe '{recipe}' makes float32, the tensor is {dtype}")
        if kind == "centred_normal":
            values = stream.standard_normal(shape, dtype=np.float32) * np.float32(arguments[0])
            return values - values.mean(axis=tuple(range(1, len(shape))), keepdims=True)
        first, second = np.float32(arguments[0]), np.float32(arguments[1])
        if kind == "normal":
            return np.asarray(stream.standard_normal(shape, dtype=np.float32) * second + first)
        return np.asarray(stream.random(shape, dtype=np.float32) * (second - first) + first)
    if kind == "integers":
        return stream.integers(int(arguments[0]), int(arguments[1]), size=shape).astype(dtype)
    length = shape[-1]
    change = stream.integers(int(np.ceil(arguments[0] * length)), length + 1, size=[*shape[:-1], 1])
    before = np.arange(length) < change
    return (before if kind == "ones_then_zeros" else ~before).astype(dtype)
