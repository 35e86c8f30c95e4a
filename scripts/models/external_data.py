"""Where the external tensors of a model lie in its weights file, and how that file is recognised as up to date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto

FORMAT = 1
STAMP_SIZE = 32


@dataclass(frozen=True)
class ExternalTensor:
    """One float32 tensor of the weights file."""

    name: str
    shape: list[int]
    recipe: str
    location: str
    offset: int
    length: int


def external_tensors(model: onnx.ModelProto) -> list[ExternalTensor]:
    """The external tensors of a model in the order of their offsets. Raises ValueError on one that has no recipe."""
    found = []
    for tensor in model.graph.initializer:
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        entries = {entry.key: entry.value for entry in tensor.external_data}
        complete = {"location", "offset", "length"} <= set(entries)
        if tensor.data_type != TensorProto.FLOAT or not tensor.doc_string or not complete:
            raise ValueError(f"tensor '{tensor.name}' has no recipe; only models written by export.py have them")
        found.append(
            ExternalTensor(
                tensor.name, list(tensor.dims), tensor.doc_string, entries["location"], int(entries["offset"]),
                int(entries["length"]),
            )
        )  # fmt: skip
    return sorted(found, key=lambda tensor: tensor.offset)


def data_size(tensors: list[ExternalTensor]) -> int:
    """Bytes up to the end of the last tensor."""
    return max(tensor.offset + tensor.length for tensor in tensors)


def stamp(tensors: list[ExternalTensor], seed: int) -> bytes:
    """A digest of everything that decides the content; the weights file ends with it, behind the last tensor."""
    return hashlib.sha256(repr((FORMAT, seed, tensors)).encode()).digest()


def is_up_to_date(path: Path, tensors: list[ExternalTensor], seed: int) -> bool:
    """Whether the file has the right size and ends with the right stamp."""
    if not path.is_file() or path.stat().st_size != data_size(tensors) + STAMP_SIZE:
        return False
    with path.open("rb") as file:
        file.seek(-STAMP_SIZE, 2)
        return file.read() == stamp(tensors, seed)
