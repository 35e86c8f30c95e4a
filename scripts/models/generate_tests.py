#!/usr/bin/env python3
"""Writes the test models: models/tests/NAME/model.onnx with input_X.npy and output_Y.npy by onnxruntime, and
models/tests/index.json, which says what each covers and what the importer must answer. The outputs are compared with
those of ONNX's own reference implementation before they are written."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import cases_conv  # noqa: F401, each of these adds its cases to CASES
import cases_einsum  # noqa: F401
import cases_elementwise  # noqa: F401
import cases_format  # noqa: F401
import cases_index  # noqa: F401
import cases_linear  # noqa: F401
import cases_norm  # noqa: F401
import cases_pool  # noqa: F401
import cases_recurrent  # noqa: F401
import cases_resize  # noqa: F401
import cases_shape  # noqa: F401
import cases_statistics  # noqa: F401
from catalog import MODELS_FOLDER, fail
from compare import relative_error
from inference import Tensors, open_session, random_inputs, run
from test_case import CASES, SEED, Case

TOLERANCE = 1e-4
MODEL_SIZE_LIMIT = 100_000
TOTAL_SIZE_LIMIT = 2_000_000
WEIGHTS_FILE = "weights.bin"


def store_externally(model: onnx.ModelProto, names: tuple[str, ...]) -> bytes:
    """Moves initializers out of the model and returns the content of their file."""
    content = b""
    for tensor in model.graph.initializer:
        if tensor.name not in names:
            continue
        data = numpy_helper.to_array(tensor).tobytes()
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS_FILE), ("offset", len(content)), ("length", len(data))):
            tensor.external_data.add(key=key, value=str(value))
        content += data + bytes(-len(data) % 64)
    return content


def weights_content(case: Case, model: onnx.ModelProto) -> bytes | None:
    """The file beside the model, cut short or left out where the case is about that."""
    if not case.external:
        return None
    content = store_externally(model, case.external)
    if case.name == "missing_weights":
        return None
    return content[:40] if case.name == "short_weights" else content


def fill_output_shapes(model: onnx.ModelProto, outputs: Tensors) -> None:
    """Declares the outputs' shapes where the case left them open."""
    for value in model.graph.output:
        if not value.type.tensor_type.HasField("shape"):
            actual = outputs[value.name]
            kind = helper.np_dtype_to_tensor_dtype(actual.dtype)
            value.CopyFrom(helper.make_tensor_value_info(value.name, kind, list(actual.shape)))


def inputs_of(case: Case, model: onnx.ModelProto) -> Tensors:
    """Random inputs; those of a type that the recipes do not make are random float32, converted."""
    converted = onnx.ModelProto()
    converted.CopyFrom(model)
    types = {}
    for value in converted.graph.input:
        kind = value.type.tensor_type.elem_type
        if kind in (TensorProto.FLOAT16, TensorProto.DOUBLE):
            types[value.name] = helper.tensor_dtype_to_np_dtype(kind)
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    feeds = random_inputs(converted, SEED, case.shapes)
    return {name: values.astype(types.get(name, values.dtype)) for name, values in feeds.items()}


def write_case(case: Case, folder: Path) -> dict[str, object]:
    """Writes one case and returns its entry in the index. Raises RuntimeError where the two runtimes differ."""
    folder.mkdir(parents=True)
    model = case.model()
    weights = weights_content(case, model)
    if weights is not None:
        (folder / WEIGHTS_FILE).write_bytes(weights)
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    inputs: Tensors = {}
    outputs: Tensors = {}
    if case.runs:
        inputs = inputs_of(case, model)
        outputs = run(open_session(path, 1), inputs)
        fill_output_shapes(model, outputs)
        path.write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(str(path), full_check=True)
        check_against_reference(case, path, inputs, outputs)
    for kind, tensors in (("input", inputs), ("output", outputs)):
        for name, values in tensors.items():
            np.save(folder / f"{kind}_{name}.npy", values)
    if path.stat().st_size > MODEL_SIZE_LIMIT:
        raise RuntimeError(f"{case.name}: {path.stat().st_size} bytes, at most {MODEL_SIZE_LIMIT} are allowed")
    return {
        "name": case.name, "covers": case.covers, "opset": case.opset, "ir_version": case.ir_version,
        "inputs": list(inputs), "outputs": list(outputs), "shapes": case.shapes, "tolerance": TOLERANCE,
        "error": list(case.error), "error_without_shapes": list(case.error_without_shapes),
    }  # fmt: skip


def check_against_reference(case: Case, path: Path, inputs: Tensors, outputs: Tensors) -> None:
    """Compares onnxruntime's outputs with those of ONNX's reference implementation."""
    evaluator = ReferenceEvaluator(case.reference_model() or str(path))
    expected = dict(zip(evaluator.output_names, evaluator.run(None, inputs)))
    for name, values in outputs.items():
        other = np.asarray(expected[name])
        if other.shape != values.shape:
            raise RuntimeError(f"{case.name}: output '{name}' is {values.shape}, by the reference {other.shape}")
        error = relative_error(values, other)
        limit = 2e-3 if values.dtype == np.float16 else TOLERANCE / 10
        if error > limit:
            raise RuntimeError(f"{case.name}: output '{name}' differs from the reference by {error:.3g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-o", "--output", type=Path, default=MODELS_FOLDER / "tests", metavar="DIR",
        help="folder, replaced as a whole (models/tests)",
    )  # fmt: skip
    arguments = parser.parse_args()
    output: Path = arguments.output
    if output.exists() and any(output.iterdir()) and not (output / "index.json").is_file():
        fail(f"{output}: holds something else than test models (no index.json); not replaced")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as temporary:
        root = Path(temporary) / "tests"
        failures = []
        entries = []
        for case in CASES:
            try:
                entries.append(write_case(case, root / case.name))
            except Exception as error:  # onnx and onnxruntime raise many kinds; all cases are tried, then reported
                failures.append(f"{case.name}: {error}")
        if failures:
            print("\n".join(failures), file=sys.stderr)
            fail(f"{len(failures)} of {len(CASES)} cases failed; {output} is unchanged")
        (root / "index.json").write_text(json.dumps({"seed": SEED, "cases": entries}, indent=1) + "\n")
        total = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
        if total > TOTAL_SIZE_LIMIT:
            fail(f"the cases take {total} bytes, at most {TOTAL_SIZE_LIMIT} are allowed")
        if output.exists():
            shutil.rmtree(output)
        root.replace(output)
    print(f"{output}: {len(entries)} cases, {total} bytes")


if __name__ == "__main__":
    main()
