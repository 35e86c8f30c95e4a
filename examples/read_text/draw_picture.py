#!/usr/bin/env python3
"""Draws the example's picture: a sheet with a few lines of text, one of them upside down. Needs Pillow, which comes
with the Python package of Halide."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "scripts" / "models"))

from picture import write_ppm  # noqa: E402

SIZE = (480, 224)
INK = (36, 40, 62)
# Text, height of the letters, left and upper edge.
LINES = (("Tilecast", 40, 28, 14), ("tunes 3 networks", 28, 28, 76), ("reads 1,234 words", 24, 190, 126))
UPSIDE_DOWN = ("turned around", 26, 28, 172)


def line(text: str, height: int) -> Image.Image:
    """The text on a transparent ground, as large as itself."""
    font = ImageFont.load_default(height)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=font)
    return image


def draw() -> np.ndarray:
    """Pixels [224, 480, 3] uint8."""
    rows = np.linspace(0, 1, SIZE[1])[:, np.newaxis, np.newaxis]
    paper = np.array([247, 243, 232]) * (1 - rows) + np.array([214, 222, 230]) * rows
    page = Image.fromarray(np.broadcast_to(paper, (SIZE[1], SIZE[0], 3)).astype(np.uint8))
    for text, height, x, y in LINES:
        page.paste(INK, (x, y), line(text, height))
    text, height, x, y = UPSIDE_DOWN
    page.paste(INK, (x, y), line(text, height).transpose(Image.Transpose.ROTATE_180))
    return np.asarray(page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=FOLDER / "picture.ppm", metavar="FILE")
    output: Path = parser.parse_args().output
    write_ppm(output, draw())
    print(output)


if __name__ == "__main__":
    main()
