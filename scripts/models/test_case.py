"""What a test model is, and the list that the cases_*.py files add to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto

import recipes
from graph import IR_VERSION, OPSET, GraphBuilder

SEED = 7


class CaseGraph(GraphBuilder):
    """A GraphBuilder with weights inside the model file and outputs whose shapes are filled in later."""

    def random(self, name: str, shape: Sequence[int], recipe: str = "normal(0, 0.5)") -> str:
        """A random float32 initializer."""
        return self.initializer(name, recipes.sample(recipe, name, list(shape), np.dtype(np.float32), SEED))

    def indices(self, name: str, *values: int) -> str:
        """A 1-D int64 initializer."""
        return self.initializer(name, np.array(values, dtype=np.int64))

    def result(self, value: str, name: str = "y", dtype: int = TensorProto.FLOAT) -> None:
        """Makes `value` the graph output `name`."""
        self.output(self.node("Identity", [value], output=name), None, dtype)


@dataclass(frozen=True)
class Case:
    """One test model.

    shapes: of the inputs with symbolic dimensions, as --shape takes them. error: what the importer's message must
    contain, each of them, when the shapes are given; empty where the model must work. error_without_shapes: the same
    for an import without --shape. external: the initializers that are stored in weights.bin beside the model. runs:
    whether onnxruntime can run it. equivalent: another way to write the graph, given to ONNX's reference
    implementation where that has no correct answer for the graph itself.
    """

    name: str
    covers: str
    build: Callable[[CaseGraph], None]
    opset: int = OPSET
    ir_version: int = IR_VERSION
    shapes: dict[str, list[int]] = field(default_factory=dict)
    error: tuple[str, ...] = ()
    error_without_shapes: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    runs: bool = True
    equivalent: Callable[[CaseGraph], None] | None = None

    def model(self) -> onnx.ModelProto:
        """The graph, built."""
        graph = CaseGraph(self.name, opset=self.opset, ir_version=self.ir_version)
        self.build(graph)
        return graph.model()

    def reference_model(self) -> onnx.ModelProto | None:
        """The equivalent graph in the newest opset of these models, where there is one."""
        if self.equivalent is None:
            return None
        graph = CaseGraph(self.name)
        self.equivalent(graph)
        return graph.model()


CASES: list[Case] = []


def case(covers: str, **settings) -> Callable[[Callable[[CaseGraph], None]], Callable[[CaseGraph], None]]:
    """Adds the decorated function, which builds the graph, as the case of its own name."""

    def add(build: Callable[[CaseGraph], None]) -> Callable[[CaseGraph], None]:
        CASES.append(Case(build.__name__, covers, build, **settings))
        return build

    return add
