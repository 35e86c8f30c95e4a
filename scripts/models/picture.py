"""Pictures as binary PPM files, and what an ImageNet network makes of them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
IMAGENET_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_HEADER = re.compile(rb"P6(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+255\s")


def read_ppm(path: Path) -> np.ndarray:
    """Pixels [height, width, 3] uint8 of a P6 file with 8 bits a channel; ValueError on any other."""
    content = path.read_bytes()
    header = _HEADER.match(content)
    if header is None:
        raise ValueError(f"{path}: not a binary PPM (P6, 255 levels)")
    width, height = int(header[1]), int(header[2])
    pixels = np.frombuffer(content, np.uint8, offset=header.end())
    if pixels.size != width * height * 3:
        raise ValueError(f"{path}: {pixels.size} bytes of pixels, {width} x {height} needs {width * height * 3}")
    return pixels.reshape(height, width, 3)


def write_ppm(path: Path, pixels: np.ndarray) -> None:
    """Writes pixels [height, width, 3] uint8 as P6."""
    height, width, _ = pixels.shape
    path.write_bytes(f"P6\n{width} {height}\n255\n".encode() + np.ascontiguousarray(pixels).tobytes())


def preprocess(pixels: np.ndarray) -> np.ndarray:
    """[H, W, 3] uint8 -> [1, 3, H, W] float32, normalised with ImageNet's mean and deviation."""
    scaled = (pixels.astype(np.float32) / np.float32(255) - IMAGENET_MEAN) / IMAGENET_STD
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[np.newaxis])
