"""The models of this folder, where their files lie, and what the scripts share on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import onnx

import bert_base
import dcgan_generator
import gpt_neo
import mobilenet_v2
import resnet3d_18
import resnet50
import vit_b_16

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "models"
BUILDERS: dict[str, Callable[[str], onnx.ModelProto]] = {
    "resnet50": resnet50.build,
    "mobilenet_v2": mobilenet_v2.build,
    "bert_base_128": bert_base.build,
    "resnet3d_18": resnet3d_18.build,
    "dcgan_generator": dcgan_generator.build,
    "gpt_neo_125m_128": gpt_neo.build,
    "vit_b_16": vit_b_16.build,
}


def fail(message: str) -> NoReturn:
    """Ends the script with one line on standard error and status 2."""
    print(f"{Path(sys.argv[0]).name}: error: {message}", file=sys.stderr)
    sys.exit(2)


def model_path(model: str, folder: Path = MODELS_FOLDER) -> Path:
    """The file of a model that is given by its name here or by a path."""
    return folder / f"{model}.onnx" if model in BUILDERS else Path(model)


def load_graph(path: Path) -> onnx.ModelProto:
    """Reads a model without its external weights; ends the script if that fails."""
    try:
        return onnx.load(path, load_external_data=False)
    except FileNotFoundError:
        fail(f"{path}: no such file; models by name: {', '.join(BUILDERS)} (written by export.py)")
    except Exception as error:  # protobuf's DecodeError has no public common base
        fail(f"{path}: not an ONNX file ({error})")
