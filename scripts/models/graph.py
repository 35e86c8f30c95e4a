"""Writes ONNX graphs node by node, with the naming that PyTorch's exporter uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
ALIGNMENT = 64


class GraphBuilder:
    """Collects nodes, inputs, outputs and weights, then gives a ModelProto.

    A node is named `/scope/Operator`, a second one of the same name gets the suffix _1 and so on. Weights are
    declared with a recipe (recipes.py) and refer to `weights_file`, which generate_weights.py writes.
    """

    def __init__(self, name: str, weights_file: str = "", opset: int = OPSET, ir_version: int = IR_VERSION) -> None:
        self._name = name
        self._weights_file = weights_file
        self._opset = opset
        self._ir_version = ir_version
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._initializers: list[TensorProto] = []
        self._names: Counter[str] = Counter()
        self._offset = 0

    def input(
        self, name: str, shape: Sequence[int | str], dtype: int = TensorProto.FLOAT, recipe: str = "normal(0, 1)"
    ) -> str:
        """Declares a graph input; a text in `shape` is a symbolic dimension. The recipe says what to feed."""
        self._inputs.append(helper.make_tensor_value_info(name, dtype, list(shape), doc_string=recipe))
        return name

    def output(self, name: str, shape: Sequence[int | str] | None, dtype: int = TensorProto.FLOAT) -> None:
        """Declares the value `name` as a graph output."""
        self._outputs.append(helper.make_tensor_value_info(name, dtype, None if shape is None else list(shape)))

    def weight(self, name: str, shape: Sequence[int], recipe: str) -> str:
        """Declares a float32 weight that is stored in the weights file."""
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, doc_string=recipe)
        tensor.data_location = TensorProto.EXTERNAL
        length = int(np.prod(shape)) * 4
        for key, value in (("location", self._weights_file), ("offset", self._offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self._offset += (length + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        self._initializers.append(tensor)
        return name

    def initializer(self, name: str, values: np.ndarray) -> str:
        """Adds a weight that is stored in the model file."""
        self._initializers.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def tensor(self, tensor: TensorProto) -> str:
        """Adds a ready-made initializer."""
        self._initializers.append(tensor)
        return tensor.name

    def constant(self, values: object, dtype: type = np.float32, scope: str = "") -> str:
        """Adds a Constant node."""
        return self.node("Constant", [], scope, value=numpy_helper.from_array(np.asarray(values, dtype=dtype)))

    def node(
        self, operator: str, inputs: Sequence[str], scope: str = "", output: str = "", domain: str = "", **attributes
    ) -> str:
        """Adds a node with one output and returns the output's name."""
        return self.nodes(operator, inputs, 1, scope, [output] if output else [], domain, **attributes)[0]

    def nodes(
        self,
        operator: str,
        inputs: Sequence[str],
        count: int,
        scope: str = "",
        outputs: Sequence[str] = (),
        domain: str = "",
        **attributes,
    ) -> list[str]:
        """Adds a node with `count` outputs and returns their names."""
        base = f"/{scope}/{operator}" if scope else f"/{operator}"
        seen = self._names[base]
        self._names[base] += 1
        name = f"{base}_{seen}" if seen else base
        results = list(outputs) or [f"{name}_output_{index}" for index in range(count)]
        self._nodes.append(helper.make_node(operator, list(inputs), results, name=name, domain=domain, **attributes))
        return results

    def model(self) -> onnx.ModelProto:
        """The finished model."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._initializers)
        opsets = [helper.make_opsetid("", self._opset)]
        opsets += [helper.make_opsetid(domain, 1) for domain in sorted({n.domain for n in self._nodes} - {""})]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=self._ir_version, producer_name="tilecast scripts/models"
        )
