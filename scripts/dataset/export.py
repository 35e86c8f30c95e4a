#!/usr/bin/env python3
"""Writes the networks of the dataset as ONNX models, with the benchmark networks beside them, and two indices from
which `tilecast dataset tasks` lists the tasks: index.json of the former, benchmark.json of the latter, all held out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

from net import ALIGNMENT, WEIGHTS_FILE  # puts scripts/models on the path
from registry import NETWORKS, Network

import audio  # noqa: F401, each of these adds its networks
import dense_prediction  # noqa: F401
import generative  # noqa: F401
import language  # noqa: F401
import tabular  # noqa: F401
import video  # noqa: F401
import vision  # noqa: F401
import vision_mobile  # noqa: F401
from catalog import BUILDERS as BENCHMARKS

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = ROOT / "data/dataset/held_out.txt"
SUITE = ROOT / "data/subgraphs.json"
SEED = 20261


def held_out_networks() -> set[str]:
    lines = [line.strip() for line in HELD_OUT.read_text().splitlines()]
    names = {line for line in lines if line and not line.startswith("#")}
    unknown = names - {network.name for network in NETWORKS}
    if unknown:
        raise SystemExit(f"{HELD_OUT}: no such network: {', '.join(sorted(unknown))}")
    return names


def share_weights(model: onnx.ModelProto) -> int:
    """Makes the external weights of a benchmark network windows of the shared file; returns how long that must be."""
    end = count = 0
    for tensor in model.graph.initializer:
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        length = int(np.prod(tensor.dims)) * 4
        del tensor.external_data[:]
        for key, value in (("location", WEIGHTS_FILE), ("offset", count * ALIGNMENT), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        end = max(end, count * ALIGNMENT + length)
        count += 1
    return end


def write_weights(path: Path, length: int) -> None:
    stream = np.random.Generator(np.random.PCG64(SEED))
    values = stream.random((length + 3) // 4, dtype=np.float32) + np.float32(0.5)
    path.write_bytes(values.astype("<f4", copy=False).data)


def export_models(folder: Path, networks: list[Network], held_out: set[str]) -> tuple[list[dict], int]:
    entries, length = [], 0
    for network in networks:
        for suffix in network.models:
            name = f"{network.name}_{suffix}"
            model, needed = network.model(suffix)
            (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
            length = max(length, needed)
            entries.append({
                "file": f"{name}.onnx", "name": name, "network": network.name, "kind": network.kind,
                "held_out": network.name in held_out,
            })  # fmt: skip
    return entries, length


def write_index(path: Path, models: list[dict], apart: list[str]) -> None:
    path.write_text(json.dumps({"models": models, "apart": apart}, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-o", "--output", type=Path, default=ROOT / "scratch/dataset", metavar="DIR", help="folder (scratch/dataset)"
    )
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="only these (all)")
    arguments = parser.parse_args()
    chosen = [network for network in NETWORKS if not arguments.networks or network.name in arguments.networks]
    folder: Path = arguments.output
    (folder / "benchmark").mkdir(parents=True, exist_ok=True)
    entries, length = export_models(folder, chosen, held_out_networks())
    for name, build in BENCHMARKS.items():
        model = build(WEIGHTS_FILE)
        length = max(length, share_weights(model))
        (folder / "benchmark" / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    write_weights(folder / WEIGHTS_FILE, length)
    link = folder / "benchmark" / WEIGHTS_FILE
    link.unlink(missing_ok=True)
    link.hardlink_to(folder / WEIGHTS_FILE)
    benchmark = [
        {"file": f"benchmark/{name}.onnx", "name": name, "network": name, "kind": "benchmark", "held_out": True}
        for name in BENCHMARKS
    ]
    write_index(folder / "index.json", entries, [entry["file"] for entry in benchmark] + [str(SUITE)])
    write_index(folder / "benchmark.json", benchmark, [])
    print(f"{folder}: {len(chosen)} networks, {len(entries)} models, {length >> 20} MiB of weights")


if __name__ == "__main__":
    main()
