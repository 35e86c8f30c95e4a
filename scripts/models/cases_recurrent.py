"""Test models: LSTM, GRU and RNN. ONNX's reference implementation knows them forward and with their usual activations
only, so each case comes with the same network written out in operators of its time steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from test_case import CASES, Case, CaseGraph

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_ACTIVATIONS = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


@dataclass(frozen=True)
class Form:
    """One recurrent node. activations: of one direction after the other, each with its alpha and beta in ONNX's order;
    initial: None, "input", "zeros" or "constant". weights: "constant" or "input". outputs: which of Y, Y_h, Y_c."""

    operator: str
    steps: int = 5
    batch: int = 2
    direction: str = "forward"
    bias: bool = True
    initial: str | None = None
    peepholes: bool = False
    lengths: bool = False
    weights: str = "constant"
    activations: list[tuple[str, list[float]]] = field(default_factory=list)
    attributes: dict[str, float | int] = field(default_factory=dict)
    outputs: tuple[int, ...] = (0, 1)
    inputs: int = 3
    hidden: int = 4

    @property
    def directions(self) -> int:
        return 2 if self.direction == "bidirectional" else 1

    @property
    def rows(self) -> int:
        return _GATES[self.operator] * self.hidden


def _operands(graph: CaseGraph, form: Form) -> list[str]:
    """The node's inputs in its order, "" where one is left out."""
    make = graph.input if form.weights == "input" else graph.random
    operands = [graph.input("x", [form.steps, form.batch, form.inputs])]
    operands.append(make("w", [form.directions, form.rows, form.inputs]))
    operands.append(make("r", [form.directions, form.rows, form.hidden]))
    operands.append(make("b", [form.directions, 2 * form.rows]) if form.bias else "")
    lengths = np.full([form.batch], form.steps, np.int32)
    operands.append(graph.initializer("lengths", lengths) if form.lengths else "")
    state = [form.directions, form.batch, form.hidden]
    for name in ("initial_h", "initial_c")[: 2 if form.operator == "LSTM" else 1]:
        if form.initial == "zeros":
            operands.append(graph.initializer(name, np.zeros(state, np.float32)))
        elif form.initial:
            operands.append((graph.input if form.initial == "input" else graph.random)(name, state))
        else:
            operands.append("")
    if form.peepholes:
        operands.append(graph.random("p", [form.directions, 3 * form.hidden]))
    return operands


def _node(form: Form, graph: CaseGraph) -> None:
    """The graph of the case: one node."""
    attributes = dict(form.attributes, hidden_size=form.hidden, direction=form.direction)
    if form.activations:
        attributes["activations"] = [name for name, _ in form.activations]
        for i, parameter in enumerate(("activation_alpha", "activation_beta")):
            values = [numbers[i] for _, numbers in form.activations if len(numbers) > i]
            if values:
                attributes[parameter] = values
    names = ["y", "y_h", "y_c"]
    outputs = [f"/{names[i]}" if i in form.outputs else "" for i in range(max(form.outputs) + 1)]
    graph.nodes(form.operator, _operands(graph, form), len(outputs), outputs=outputs, **attributes)
    for i in form.outputs:
        graph.result(f"/{names[i]}", names[i])


class _Direction:
    """One direction, written out."""

    def __init__(self, graph: CaseGraph, form: Form, operands: list[str], number: int) -> None:
        self._graph = graph
        self._form = form
        self._number = number
        self._w, self._r = self._own(operands[1]), self._own(operands[2])
        self._bias = self._own(operands[3]) if form.bias else ""
        self._peepholes = self._parts(self._own(operands[7]), 3) if form.peepholes else None
        count = len(_ACTIVATIONS[form.operator])
        given = form.activations[number * count : (number + 1) * count]
        self._functions = given or [(name, []) for name in _ACTIVATIONS[form.operator]]

    def _own(self, value: str) -> str:
        return self._graph.node("Gather", [value, self._graph.constant(self._number, np.int64)], axis=0)

    def _parts(self, value: str, count: int) -> list[str]:
        return [value] if count == 1 else self._graph.nodes("Split", [value], count, axis=-1)

    def _op(self, operator: str, *inputs: str | float, **attributes) -> str:
        names = [value if isinstance(value, str) else self._graph.constant(value) for value in inputs]
        return self._graph.node(operator, names, **attributes)

    def _activate(self, place: int, x: str) -> str:
        """onnxruntime bounds the arguments of the gates, not that of the cell's output."""
        name, numbers = self._functions[place]
        clip = self._form.attributes.get("clip")
        if clip is not None and place < 2:
            x = self._op("Clip", x, -clip, clip)
        if name == "Affine":
            return self._op("Add", self._op("Mul", x, numbers[0]), numbers[1])
        if name == "ScaledTanh":
            return self._op("Mul", self._op("Tanh", self._op("Mul", x, numbers[1])), numbers[0])
        return self._op(name, x, **dict(zip(("alpha", "beta"), numbers)))

    def _product(self, x: str, weight: str) -> list[str]:
        product = self._op("MatMul", x, self._op("Transpose", weight, perm=[1, 0]))
        return self._parts(product, _GATES[self._form.operator])

    def step(self, x: str, h: str, c: str) -> tuple[str, str]:
        gates = _GATES[self._form.operator]
        xs, hs = self._product(x, self._w), self._product(h, self._r)
        if self._bias:
            biases = self._parts(self._bias, 2 * gates)
            xs = [self._op("Add", part, bias) for part, bias in zip(xs, biases[:gates])]
            hs = [self._op("Add", part, bias) for part, bias in zip(hs, biases[gates:])]
        return {"LSTM": self._lstm, "GRU": self._gru, "RNN": self._rnn}[self._form.operator](xs, hs, h, c)

    def _rnn(self, xs: list[str], hs: list[str], h: str, c: str) -> tuple[str, str]:
        return self._activate(0, self._op("Add", xs[0], hs[0])), c

    def _lstm(self, xs: list[str], hs: list[str], h: str, c: str) -> tuple[str, str]:
        i, o, f, g = (self._op("Add", a, b) for a, b in zip(xs, hs))
        if self._peepholes:
            i = self._op("Add", i, self._op("Mul", self._peepholes[0], c))
            f = self._op("Add", f, self._op("Mul", self._peepholes[2], c))
        i = self._activate(0, i)
        coupled = self._form.attributes.get("input_forget")
        f = self._op("Sub", 1.0, i) if coupled else self._activate(0, f)
        c = self._op("Add", self._op("Mul", f, c), self._op("Mul", i, self._activate(1, g)))
        if self._peepholes:
            o = self._op("Add", o, self._op("Mul", self._peepholes[1], c))
        return self._op("Mul", self._activate(0, o), self._activate(2, c)), c

    def _gru(self, xs: list[str], hs: list[str], h: str, c: str) -> tuple[str, str]:
        z, r = (self._activate(0, self._op("Add", xs[i], hs[i])) for i in range(2))
        if self._form.attributes.get("linear_before_reset"):
            product = self._op("Mul", r, hs[2])
        else:
            product = self._product(self._op("Mul", r, h), self._r)[2]
            if self._bias:
                product = self._op("Add", product, self._parts(self._bias, 6)[5])
        candidate = self._activate(1, self._op("Add", xs[2], product))
        return self._op("Add", self._op("Mul", self._op("Sub", 1.0, z), candidate), self._op("Mul", z, h)), c


def _steps(form: Form, graph: CaseGraph) -> None:
    """The same as _node, step by step."""
    operands = _operands(graph, form)
    zeros = graph.initializer("zeros", np.zeros([form.batch, form.hidden], np.float32))
    results: list[list[str]] = [[], [], []]
    for number in range(form.directions):
        direction = _Direction(graph, form, operands, number)
        which = graph.constant(number, np.int64)
        h = graph.node("Gather", [operands[5], which], axis=0) if form.initial else zeros
        c = graph.node("Gather", [operands[6], which], axis=0) if form.initial and form.operator == "LSTM" else zeros
        order = list(range(form.steps))
        if number == 1 or form.direction == "reverse":
            order.reverse()
        hidden = [""] * form.steps
        for t in order:
            x = graph.node("Gather", [operands[0], graph.constant(t, np.int64)], axis=0)
            h, c = direction.step(x, h, c)
            hidden[t] = h
        for values, value in zip(results, (_stack(graph, hidden, 0), h, c)):
            values.append(value)
    for i in form.outputs:
        graph.result(_stack(graph, results[i], 1 if i == 0 else 0), ("y", "y_h", "y_c")[i])


def _stack(graph: CaseGraph, values: list[str], axis: int) -> str:
    axes = graph.constant([axis], np.int64)
    return graph.node("Concat", [graph.node("Unsqueeze", [value, axes]) for value in values], axis=axis)


def _recurrent(name: str, covers: str, form: Form) -> None:
    CASES.append(Case(name, covers, partial(_node, form), equivalent=partial(_steps, form)))


_recurrent("lstm", "LSTM with bias and all outputs, its initial states constant zeros as PyTorch writes them",
           Form("LSTM", initial="zeros", outputs=(0, 1, 2)))  # fmt: skip
_recurrent("lstm_bidirectional", "bidirectional LSTM with peepholes, initial states as inputs, equal sequence_lens",
           Form("LSTM", steps=4, direction="bidirectional", peepholes=True, initial="input", lengths=True,
                outputs=(0, 1, 2)))  # fmt: skip
_recurrent("lstm_reverse", "reverse LSTM without bias, constant initial states, only the last states",
           Form("LSTM", direction="reverse", bias=False, initial="constant", outputs=(1, 2)))  # fmt: skip
_recurrent("lstm_activations", "LSTM with other activations and their parameters, a clip, coupled gates",
           Form("LSTM", initial="input", activations=[("HardSigmoid", [0.3, 0.4]), ("Softsign", []), ("Affine", [0.5, 0.1])],
                attributes={"clip": 0.7, "input_forget": 1}))  # fmt: skip
_recurrent("lstm_long", "LSTM of 20 steps: the hidden states are joined in two levels",
           Form("LSTM", steps=20, batch=1, outputs=(0,)))  # fmt: skip
_recurrent("lstm_weights_as_inputs", "LSTM whose weights are inputs of the model",
           Form("LSTM", steps=3, weights="input", outputs=(0, 1)))  # fmt: skip
_recurrent("lstm_one_step", "LSTM of one step with states, as a decoder runs it",
           Form("LSTM", steps=1, initial="input", outputs=(1, 2)))  # fmt: skip
_recurrent("gru", "GRU with bias", Form("GRU"))
_recurrent("gru_bidirectional", "bidirectional GRU that resets its product, initial state as input",
           Form("GRU", direction="bidirectional", initial="input", attributes={"linear_before_reset": 1}))  # fmt: skip
_recurrent("gru_linear_zeros", "GRU that resets its product, from zeros", Form("GRU", attributes={"linear_before_reset": 1}))
_recurrent("gru_activations", "reverse GRU without bias, initial state as input, other activations",
           Form("GRU", direction="reverse", bias=False, initial="input",
                activations=[("HardSigmoid", [0.25, 0.45]), ("LeakyRelu", [0.1])]))  # fmt: skip
_recurrent("rnn", "RNN with bias", Form("RNN"))
_recurrent("rnn_activations", "bidirectional RNN with a function for each direction, the second with a parameter",
           Form("RNN", direction="bidirectional", activations=[("Relu", []), ("Elu", [0.6])],
                attributes={"clip": 1.5}))  # fmt: skip
_recurrent("rnn_more_activations", "bidirectional RNN with Softplus and a scaled Tanh",
           Form("RNN", direction="bidirectional", initial="input",
                activations=[("Softplus", []), ("ScaledTanh", [1.2, 0.8])]))  # fmt: skip
_recurrent("rnn_thresholded", "reverse RNN with ThresholdedRelu",
           Form("RNN", direction="reverse", activations=[("ThresholdedRelu", [0.3])]))  # fmt: skip
