// LSTM, GRU, RNN: what one time step computes. A value with several readers ends a task: the formulas are written so
// that few values have them.
#include <array>

#include "frontend/lowering/recurrent.h"

namespace tilecast {
namespace {

// The part of the gates that comes from the input, and from the state where that is not zero.
Result<NetworkId> gates_at(RecurrentDirection& direction, NetworkId input_product, std::int64_t step,
                           const std::optional<NetworkId>& hidden, NetworkId state_weight) {
  TILECAST_TRY(const NetworkId from_input, direction.at_step(input_product, step));
  if (!hidden) return from_input;
  TILECAST_TRY(const NetworkId from_state, direction.product(*hidden, state_weight));
  return direction.binary("add", from_state, from_input);
}

// H' = f(X W + H R + b).
Result<RecurrentStep> prepare_rnn(RecurrentDirection& direction) {
  const Gates all{0, 1};
  TILECAST_TRY(const std::optional<NetworkId> bias, direction.joint_bias(all));
  TILECAST_TRY(const NetworkId x, direction.input_product(all, bias));
  TILECAST_TRY(const NetworkId r, direction.state_weight(all));
  return RecurrentStep([&direction, x, r](std::int64_t step, const RecurrentState& before) -> Result<RecurrentState> {
    TILECAST_TRY(const NetworkId sum, gates_at(direction, x, step, before.hidden, r));
    TILECAST_TRY(const NetworkId hidden, direction.activate_gate(0, sum));
    return RecurrentState{hidden, {}};
  });
}

// ONNX stacks the gates i (input), o (output), f (forget), c (cell), and the peepholes i, o, f.
class LstmStep {
 public:
  static Result<LstmStep> create(RecurrentDirection& direction) {
    const Gates all{0, 4};
    LstmStep lstm(direction);
    TILECAST_TRY(const std::optional<NetworkId> bias, direction.joint_bias(all));
    TILECAST_TRY(lstm.x_, direction.input_product(all, bias));
    TILECAST_TRY(lstm.r_, direction.state_weight(all));
    constexpr std::size_t kPeepholes = 7;
    for (std::size_t i = 0; i < 3 && direction.node().has_input(kPeepholes); ++i) {
      TILECAST_TRY(lstm.peepholes_[i], direction.vector_part(kPeepholes, static_cast<std::int64_t>(i)));
    }
    return lstm;
  }

  Result<RecurrentState> operator()(std::int64_t step, const RecurrentState& before) const {
    TILECAST_TRY(const NetworkId gates, gates_at(*direction_, x_, step, before.hidden, r_));
    TILECAST_TRY(const NetworkId input, open_gate(gates, kInput, before.cell));
    TILECAST_TRY(const NetworkId raw, direction_->gate(gates, 3));
    TILECAST_TRY(const NetworkId candidate, direction_->activate_gate(1, raw));
    TILECAST_TRY(NetworkId cell, direction_->binary("mul", input, candidate));
    if (before.cell) {
      TILECAST_TRY(const NetworkId forget, forget_gate(gates, input, *before.cell));
      TILECAST_TRY(const NetworkId kept, direction_->binary("mul", forget, *before.cell));
      TILECAST_TRY(cell, direction_->binary("add", kept, cell));
    }
    TILECAST_TRY(const NetworkId output, open_gate(gates, kOutput, cell));
    TILECAST_TRY(const NetworkId shown, direction_->activate(2, cell));
    TILECAST_TRY(const NetworkId hidden, direction_->binary("mul", output, shown));
    return RecurrentState{hidden, cell};
  }

 private:
  static constexpr std::size_t kInput = 0, kOutput = 1, kForget = 2;

  explicit LstmStep(RecurrentDirection& direction) : direction_(&direction) {}

  // With the look through its peephole at the cell, where there are both.
  Result<NetworkId> open_gate(NetworkId gates, std::size_t which, const std::optional<NetworkId>& cell) const {
    TILECAST_TRY(NetworkId sum, direction_->gate(gates, static_cast<std::int64_t>(which)));
    if (peepholes_[which] && cell) {
      TILECAST_TRY(const NetworkId look, direction_->binary("mul", *cell, *peepholes_[which]));
      TILECAST_TRY(sum, direction_->binary("add", sum, look));
    }
    return direction_->activate_gate(0, sum);
  }

  // Coupled with the input gate by the attribute 'input_forget': what is not taken in is kept.
  Result<NetworkId> forget_gate(NetworkId gates, NetworkId input, NetworkId cell) const {
    NodeLowering& node = direction_->node();
    if (node.attributes().get_int("input_forget", 0) == 0) return open_gate(gates, kForget, cell);
    return node.emit_float("sub", {input}, {{"scalar", 1.0}, {"scalar_left", std::int64_t{1}}}, node.type(input).shape);
  }

  RecurrentDirection* direction_;
  NetworkId x_ = -1;
  NetworkId r_ = -1;
  std::array<std::optional<NetworkId>, 3> peepholes_;
};

Result<RecurrentStep> prepare_lstm(RecurrentDirection& direction) {
  TILECAST_TRY(const LstmStep lstm, LstmStep::create(direction));
  return RecurrentStep(lstm);
}

// ONNX stacks the gates z (update), r (reset), h (candidate).
class GruStep {
 public:
  static Result<GruStep> create(RecurrentDirection& direction) {
    GruStep gru(direction);
    gru.resets_product_ = direction.node().attributes().get_int("linear_before_reset", 0) != 0;
    TILECAST_TRY(const std::optional<NetworkId> bias, direction.joint_bias(kSwitches));
    TILECAST_TRY(gru.x_switches_, direction.input_product(kSwitches, bias));
    TILECAST_TRY(gru.r_switches_, direction.state_weight(kSwitches));
    TILECAST_TRY(const std::optional<NetworkId> of_input,
                 gru.resets_product_ ? direction.input_bias(kCandidate) : direction.joint_bias(kCandidate));
    TILECAST_TRY(gru.x_candidate_, direction.input_product(kCandidate, of_input));
    TILECAST_TRY(gru.r_candidate_, direction.state_weight(kCandidate));
    if (gru.resets_product_) {
      TILECAST_TRY(gru.b_candidate_, direction.state_bias(kCandidate));
    }
    return gru;
  }

  // H' = z H + (1 - z) h, where h = g(x + r (H R + b)) or g(x + (r H) R).
  Result<RecurrentState> operator()(std::int64_t step, const RecurrentState& before) const {
    TILECAST_TRY(const NetworkId switches, gates_at(*direction_, x_switches_, step, before.hidden, r_switches_));
    TILECAST_TRY(const NetworkId sum, candidate_sum(switches, step, before.hidden));
    TILECAST_TRY(const NetworkId candidate, direction_->activate_gate(1, sum));
    TILECAST_TRY(const NetworkId update, switch_gate(switches, 0));
    if (!before.hidden) {
      TILECAST_TRY(const NetworkId lost, direction_->binary("mul", update, candidate));
      TILECAST_TRY(const NetworkId hidden, direction_->binary("sub", candidate, lost));
      return RecurrentState{hidden, {}};
    }
    TILECAST_TRY(const NetworkId difference, direction_->binary("sub", *before.hidden, candidate));
    TILECAST_TRY(const NetworkId kept, direction_->binary("mul", update, difference));
    TILECAST_TRY(const NetworkId hidden, direction_->binary("add", kept, candidate));
    return RecurrentState{hidden, {}};
  }

 private:
  static constexpr Gates kSwitches{0, 2};
  static constexpr Gates kCandidate{2, 1};

  explicit GruStep(RecurrentDirection& direction) : direction_(&direction) {}

  Result<NetworkId> switch_gate(NetworkId switches, std::int64_t place) const {
    TILECAST_TRY(const NetworkId sum, direction_->gate(switches, place));
    return direction_->activate_gate(0, sum);
  }

  Result<NetworkId> candidate_sum(NetworkId switches, std::int64_t step, const std::optional<NetworkId>& hidden) const {
    TILECAST_TRY(const NetworkId from_input, direction_->at_step(x_candidate_, step));
    TILECAST_TRY(const std::optional<NetworkId> from_state, state_part(switches, hidden));
    if (!from_state) return from_input;
    return direction_->binary("add", *from_state, from_input);
  }

  // Nothing where it is zero.
  Result<std::optional<NetworkId>> state_part(NetworkId switches, const std::optional<NetworkId>& hidden) const {
    if (!hidden && !b_candidate_) return std::optional<NetworkId>();
    TILECAST_TRY(const NetworkId reset, switch_gate(switches, 1));
    if (!hidden) return as_optional(direction_->binary("mul", reset, *b_candidate_));
    if (!resets_product_) {
      TILECAST_TRY(const NetworkId left, direction_->binary("mul", reset, *hidden));
      return as_optional(direction_->product(left, r_candidate_));
    }
    TILECAST_TRY(NetworkId linear, direction_->product(*hidden, r_candidate_));
    if (b_candidate_) {
      TILECAST_TRY(linear, direction_->binary("add", linear, *b_candidate_));
    }
    return as_optional(direction_->binary("mul", linear, reset));
  }

  static Result<std::optional<NetworkId>> as_optional(Result<NetworkId> value) {
    if (!value.ok()) return std::move(value).error();
    return std::optional<NetworkId>(*value);
  }

  RecurrentDirection* direction_;
  bool resets_product_ = false;
  NetworkId x_switches_ = -1;
  NetworkId r_switches_ = -1;
  NetworkId x_candidate_ = -1;
  NetworkId r_candidate_ = -1;
  std::optional<NetworkId> b_candidate_;
};

Result<RecurrentStep> prepare_gru(RecurrentDirection& direction) {
  TILECAST_TRY(const GruStep gru, GruStep::create(direction));
  return RecurrentStep(gru);
}

Status lower_rnn(NodeLowering& node) {
  return lower_recurrent(node, {prepare_rnn, 1, {"Tanh"}});
}
Status lower_lstm(NodeLowering& node) {
  return lower_recurrent(node, {prepare_lstm, 4, {"Sigmoid", "Tanh", "Tanh"}, true});
}
Status lower_gru(NodeLowering& node) {
  return lower_recurrent(node, {prepare_gru, 3, {"Sigmoid", "Tanh"}});
}

}  // namespace

void add_recurrent(LoweringTable& table) {
  const std::map<std::string, AttributeKind> common = {{"activations", AttributeKind::kString},
                                                       {"activation_alpha", AttributeKind::kFloats},
                                                       {"activation_beta", AttributeKind::kFloats},
                                                       {"clip", AttributeKind::kFloat},
                                                       {"direction", AttributeKind::kString},
                                                       {"hidden_size", AttributeKind::kInt},
                                                       {"layout", AttributeKind::kInt}};
  auto lstm = common;
  lstm["input_forget"] = AttributeKind::kInt;
  auto gru = common;
  gru["linear_before_reset"] = AttributeKind::kInt;
  table["RNN"] = {lower_rnn, 3, 6, common};
  table["LSTM"] = {lower_lstm, 3, 8, lstm};
  table["GRU"] = {lower_gru, 3, 6, gru};
}

}  // namespace tilecast
