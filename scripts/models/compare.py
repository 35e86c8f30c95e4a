#!/usr/bin/env python3
"""Compares two .npy files, or the files of the same name in two folders: relative error max|a - b| / max|b|. Exit
status 1 above the tolerance, 2 where they cannot be compared."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from catalog import fail


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """max|a - b| / max|b|; where b is all zero, max|a|. NaN and infinity in either count as an infinite error."""
    if a.size == 0:
        return 0.0
    first, second = a.astype(np.float64), b.astype(np.float64)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return float("inf")
    difference = float(np.abs(first - second).max())
    scale = float(np.abs(second).max())
    return difference / scale if scale > 0 else difference


def load(path: Path) -> np.ndarray:
    """Reads an array; ends the script if that fails."""
    try:
        return np.load(path)
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}")


def pairs(a: Path, b: Path) -> list[tuple[Path, Path]]:
    """The files to compare: every one of `b` where it is a folder."""
    if not b.is_dir():
        return [(a, b)]
    found = [(a / file.name, file) for file in sorted(b.glob("*.npy"))]
    if not found:
        fail(f"{b}: no .npy files")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("a", type=Path, metavar="A", help="file or folder to judge")
    parser.add_argument("b", type=Path, metavar="B", help="file or folder that is taken as right")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="(1e-3)")
    arguments = parser.parse_args()
    status = 0
    for file_a, file_b in pairs(arguments.a, arguments.b):
        a, b = load(file_a), load(file_b)
        if a.shape != b.shape or a.dtype != b.dtype:
            fail(f"{file_a} is {a.dtype} {list(a.shape)}, {file_b} is {b.dtype} {list(b.shape)}")
        error = relative_error(a, b)
        good = error <= arguments.tolerance
        verdict = "ok" if good else "WRONG"
        print(f"{file_b.name}: relative error {error:.3g}, tolerance {arguments.tolerance:g}: {verdict}")
        status |= not good
    sys.exit(status)


if __name__ == "__main__":
    main()
