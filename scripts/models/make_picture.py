#!/usr/bin/env python3
"""Draws the demo's picture, a small landscape at 224 x 224: no photograph, so no licence to mind."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from catalog import MODELS_FOLDER
from picture import write_ppm

SIZE = 224


def _colour(*rgb: float) -> np.ndarray:
    return np.array(rgb, dtype=np.float64)


def _ridge(x: np.ndarray, base: float, waves: list[tuple[float, float, float]]) -> np.ndarray:
    """Height of a line of hills: a sum of sines (amplitude, cycles over the picture, phase)."""
    return base + sum(amplitude * np.sin(2 * np.pi * cycles * x + phase) for amplitude, cycles, phase in waves)


def draw() -> np.ndarray:
    """Pixels [224, 224, 3] uint8."""
    axis = (np.arange(SIZE) + 0.5) / SIZE
    y, x = np.meshgrid(axis, axis, indexing="ij")
    sky = y[..., np.newaxis]
    picture = _colour(58, 110, 190) * (1 - sky) + _colour(250, 205, 160) * sky
    distance = np.hypot(x - 0.72, y - 0.26)
    glow = np.exp(-((distance / 0.16) ** 2))[..., np.newaxis]
    picture += (_colour(255, 240, 190) - picture) * glow * 0.8
    picture[distance < 0.075] = _colour(255, 248, 220)
    hills = (
        (_colour(120, 130, 165), _ridge(x, 0.52, [(0.05, 1.7, 0.4), (0.02, 5.3, 1.1)])),
        (_colour(84, 112, 104), _ridge(x, 0.64, [(0.05, 1.2, 2.6), (0.015, 7.1, 0.2)])),
        (_colour(58, 92, 52), _ridge(x, 0.78, [(0.04, 0.9, 4.4), (0.01, 9.7, 2.0)])),
    )
    for colour, ridge in hills:
        below = y > ridge
        shade = 1 + 0.35 * np.sin(60 * x + 90 * (y - ridge)) * (y - ridge)
        picture[below] = (colour * shade[..., np.newaxis])[below]
    wall = (np.abs(x - 0.27) < 0.085) & (np.abs(y - 0.73) < 0.075)
    roof = (y > 0.56) & (y < 0.665) & (np.abs(x - 0.27) < (y - 0.56) * 1.1)
    door = (np.abs(x - 0.27) < 0.018) & (y > 0.735) & (y < 0.805)
    window = (np.abs(np.abs(x - 0.27) - 0.052) < 0.016) & (np.abs(y - 0.71) < 0.018)
    for mask, colour in (
        (wall, _colour(222, 206, 180)), (roof, _colour(168, 62, 48)), (door, _colour(84, 54, 36)),
        (window, _colour(250, 226, 130)),
    ):  # fmt: skip
        picture[mask] = colour
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-o", "--output", type=Path, default=MODELS_FOLDER / "demo" / "picture.ppm", metavar="FILE",
        help="binary PPM to write (models/demo/picture.ppm)",
    )  # fmt: skip
    arguments = parser.parse_args()
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    write_ppm(arguments.output, draw())
    print(arguments.output)


if __name__ == "__main__":
    main()
