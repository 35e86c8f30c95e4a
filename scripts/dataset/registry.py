"""The list that the modules with networks add to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import onnx

from net import Net, Value


@dataclass(frozen=True)
class Network:
    """A network with its models: the arguments of `build` for each size of inputs and batch, by their suffix."""

    name: str
    kind: str
    models: dict[str, dict[str, int | float]]
    build: Callable[..., Value | Sequence[Value]]

    def model(self, suffix: str) -> tuple[onnx.ModelProto, int]:
        """The graph, and how long the file of weights must be for it."""
        net = Net(f"{self.name}_{suffix}")
        outputs = self.build(net, **self.models[suffix])
        return net.model([outputs] if isinstance(outputs, Value) else outputs), net.weight_bytes


NETWORKS: list[Network] = []


def network(kind: str, **models: dict[str, int | float]) -> Callable[[Callable], Callable]:
    """Adds the decorated function as the network of its own name. Suffixes begin with a letter."""

    def add(build: Callable) -> Callable:
        NETWORKS.append(Network(build.__name__, kind, models, build))
        return build

    return add
