// What LSTM, GRU and RNN share: one direction's weights and the operators that a time step is made of.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// An activation function with the parameters that it has.
struct Activation {
  std::string name;  // ONNX's
  double alpha = 0;
  double beta = 0;
};

// The activations of all directions in ONNX's order; `defaults` are those of one direction where the node names none.
// Fails on names that ONNX does not list and on another number of them.
Result<std::vector<Activation>> read_activations(const NodeLowering& node, std::size_t directions,
                                                 const std::vector<std::string>& defaults);

// x within the bounds of the attribute 'clip', where there is one.
Result<NetworkId> clip_argument(NodeLowering& node, NetworkId x);
Result<NetworkId> activate(NodeLowering& node, const Activation& activation, NetworkId x);

struct RecurrentSizes {
  std::int64_t steps = 1, batch = 1, input = 1, hidden = 1, directions = 1;
  std::int64_t gates = 1;    // how many matrices W and R stack
  bool batch_first = false;  // ONNX's layout 1
};

// Gates `first` to `first + count - 1` in the order in which W, R and B stack them.
struct Gates {
  std::int64_t first = 0;
  std::int64_t count = 1;
};

// What one step hands to the next, each [batch, hidden]; nothing stands for zeros.
struct RecurrentState {
  std::optional<NetworkId> hidden;
  std::optional<NetworkId> cell;  // LSTM only
};

// One direction of a node. Its weights are [columns of the input, gates * hidden], its products [rows, gates * hidden].
class RecurrentDirection {
 public:
  RecurrentDirection(NodeLowering& node, const RecurrentSizes& sizes, std::int64_t number,
                     std::vector<Activation> activations)
      : node_(node), sizes_(sizes), number_(number), activations_(std::move(activations)) {}

  NodeLowering& node() { return node_; }

  // Parts of W (input 1) and R (input 2), transposed.
  Result<NetworkId> input_weight(Gates gates) { return weight(1, gates); }
  Result<NetworkId> state_weight(Gates gates) { return weight(2, gates); }
  // Parts of B, [gates * hidden]: of the input's product, of the state's, and their sum. Nothing without B.
  Result<std::optional<NetworkId>> input_bias(Gates gates) { return bias(gates, 0); }
  Result<std::optional<NetworkId>> state_bias(Gates gates) { return bias(gates, sizes_.gates); }
  Result<std::optional<NetworkId>> joint_bias(Gates gates);
  // Row `part` of input `input` [directions, parts * hidden], as [hidden].
  Result<NetworkId> vector_part(std::size_t input, std::int64_t part) { return row(input, {part, 1}); }
  // initial_h or initial_c; nothing when it is left out or zero.
  Result<std::optional<NetworkId>> initial_state(std::size_t input);

  // The product of all steps' inputs in one, with the bias: [steps, batch, columns], or batch first.
  Result<NetworkId> input_product(Gates gates, const std::optional<NetworkId>& bias);
  // One step of it, [batch, columns]. The step is a constant operand, so that all steps are calls of one task.
  Result<NetworkId> at_step(NetworkId product, std::int64_t step);
  Result<NetworkId> product(NetworkId x, NetworkId weight);
  // The columns of the gate that is `place`th in a product.
  Result<NetworkId> gate(NetworkId product, std::int64_t place);

  Result<NetworkId> binary(const std::string& op, NetworkId a, NetworkId b);
  // Activation `place` of this direction (f, g, h); of a gate, whose argument the attribute 'clip' bounds.
  Result<NetworkId> activate(std::size_t place, NetworkId x) {
    return tilecast::activate(node_, activations_.at(place), x);
  }
  Result<NetworkId> activate_gate(std::size_t place, NetworkId x);

 private:
  Result<NetworkId> weight(std::size_t input, Gates gates);
  Result<std::optional<NetworkId>> bias(Gates gates, std::int64_t before);
  Result<NetworkId> row(std::size_t input, Gates parts);

  NodeLowering& node_;
  const RecurrentSizes sizes_;
  const std::int64_t number_;
  const std::vector<Activation> activations_;
};

// Emits step number `step` of a direction.
using RecurrentStep = std::function<Result<RecurrentState>(std::int64_t step, const RecurrentState& before)>;

// A recurrent operator: emits what all steps share and returns how to emit one step. The direction must outlive that.
struct RecurrentOperator {
  Result<RecurrentStep> (*prepare)(RecurrentDirection& direction) = nullptr;
  std::int64_t gates = 1;
  std::vector<std::string> activations = {};  // the defaults of one direction
  bool has_cell = false;                      // inputs initial_c and P, output Y_c
};

// Unrolls the node over its steps and sets its outputs.
Status lower_recurrent(NodeLowering& node, const RecurrentOperator& op);

}  // namespace tilecast
