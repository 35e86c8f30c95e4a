#!/usr/bin/env python3
"""Fetches three networks that read text (detection of lines, their direction, recognition; PP-OCR, Apache 2.0) and the
list of characters into models/ocr: they lie in the Python package rapidocr-onnxruntime, which is not installed."""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import onnx

from catalog import MODELS_FOLDER, fail

PACKAGE = "rapidocr-onnxruntime==1.4.4"
SHA256 = "971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf"
FILES = {
    "detection.onnx": "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
    "direction.onnx": "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
    "recognition.onnx": "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx",
}
CHARACTERS = "characters.txt"


def download(folder: Path) -> Path:
    """The package's wheel, by pip; ends the script where that fails or another file comes."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    if subprocess.run([*command, "--dest", str(folder), PACKAGE], check=False).returncode != 0:
        fail(f"pip cannot download {PACKAGE}")
    wheel = next(folder.glob("*.whl"))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != SHA256:
        fail(f"{wheel.name}: its SHA-256 is {digest}, expected {SHA256}")
    return wheel


def characters(model: onnx.ModelProto) -> str:
    """What the classes 1, 2 … of the recognition stand for, one a line; class 0 is the blank between characters."""
    listed = {entry.key: entry.value for entry in model.metadata_props}["character"]
    return "\n".join([*listed.splitlines(), " "]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-o", "--output", type=Path, default=MODELS_FOLDER / "ocr", metavar="DIR", help="folder (models/ocr)"
    )
    output: Path = parser.parse_args().output
    if all((output / name).is_file() for name in [*FILES, CHARACTERS]):
        print(f"{output}: up to date")
        return
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(download(Path(folder))) as wheel:
        for name, member in FILES.items():
            (output / name).write_bytes(wheel.read(member))
            print(output / name)
    (output / CHARACTERS).write_text(characters(onnx.load(output / "recognition.onnx")), encoding="utf-8")
    print(output / CHARACTERS)


if __name__ == "__main__":
    main()
