// LSTM, GRU, RNN: the form of the node, its unrolling over the time steps, its outputs.
#include "frontend/lowering/recurrent.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/parts.h"

namespace tilecast {
namespace {

// Each step is a few operators of the network: more of them are taken for a mistake.
constexpr std::int64_t kMostSteps = 4096;
// Values that one operator joins. A longer sequence is joined in levels, whose equal parts are one task.
constexpr std::size_t kJoined = 8;

constexpr std::size_t kBias = 3, kLengths = 4, kInitialHidden = 5, kInitialCell = 6, kPeepholes = 7;

Status check_input(const NodeLowering& node, std::size_t input, const char* name, const Shape& expected) {
  if (!node.has_input(input)) return Unit{};
  if (node.dtype(input) != DataType::kFloat32) {
    return node.error(fmt::format("its {} has elements of type {}, only float32 is supported", name,
                                  data_type_name(node.dtype(input))));
  }
  if (node.shape(input) == expected) return Unit{};
  return node.error(
      fmt::format("its {} is {}, not {}", name, shape_to_string(node.shape(input)), shape_to_string(expected)));
}

Result<std::int64_t> read_directions(const NodeLowering& node) {
  const std::string direction = node.attributes().get_string("direction", "forward");
  if (direction == "forward" || direction == "reverse") return std::int64_t{1};
  if (direction == "bidirectional") return std::int64_t{2};
  return node.error(fmt::format("its direction '{}' is not supported", direction));
}

Result<RecurrentSizes> read_sizes(const NodeLowering& node, const RecurrentOperator& op) {
  if (node.rank(0) != 3 || node.rank(1) != 3 || node.rank(2) != 3) {
    return node.error("its inputs X, W and R need three dimensions");
  }
  RecurrentSizes sizes;
  TILECAST_TRY(sizes.directions, read_directions(node));
  const std::int64_t layout = node.attributes().get_int("layout", 0);
  if (layout != 0 && layout != 1) return node.error(fmt::format("its layout {} is not supported", layout));
  const Shape x = node.shape(0);
  sizes.batch_first = layout == 1;
  sizes.steps = x[sizes.batch_first ? 1 : 0];
  sizes.batch = x[sizes.batch_first ? 0 : 1];
  sizes.input = x[2];
  sizes.hidden = node.shape(2)[2];
  sizes.gates = op.gates;
  if (node.attributes().get_int("hidden_size", sizes.hidden) != sizes.hidden) {
    return node.error(fmt::format("its attribute 'hidden_size' is not R's {}", sizes.hidden));
  }
  if (sizes.steps < 1 || sizes.steps > kMostSteps) {
    return node.error(fmt::format("it has {} time steps, supported are 1 to {}", sizes.steps, kMostSteps));
  }
  return sizes;
}

Status check_inputs(const NodeLowering& node, const RecurrentSizes& sizes) {
  const std::int64_t rows = sizes.gates * sizes.hidden;
  const Shape state = sizes.batch_first ? Shape{sizes.batch, sizes.directions, sizes.hidden}
                                        : Shape{sizes.directions, sizes.batch, sizes.hidden};
  TILECAST_CHECK(check_input(node, 0, "X", node.shape(0)));
  TILECAST_CHECK(check_input(node, 1, "W", {sizes.directions, rows, sizes.input}));
  TILECAST_CHECK(check_input(node, 2, "R", {sizes.directions, rows, sizes.hidden}));
  TILECAST_CHECK(check_input(node, kBias, "B", {sizes.directions, 2 * rows}));
  TILECAST_CHECK(check_input(node, kInitialHidden, "initial_h", state));
  TILECAST_CHECK(check_input(node, kInitialCell, "initial_c", state));
  return check_input(node, kPeepholes, "P", {sizes.directions, 3 * sizes.hidden});
}

// Steps beyond a shorter sequence would have to be left out while the model runs.
Status check_lengths(NodeLowering& node, std::int64_t steps) {
  if (!node.has_input(kLengths)) return Unit{};
  TILECAST_TRY(const Ints lengths, node.constant_ints(kLengths, "sequence_lens"));
  if (std::all_of(lengths.begin(), lengths.end(), [&](std::int64_t length) { return length == steps; })) return Unit{};
  return node.error(
      fmt::format("its sequence_lens are not all {}: sequences of different lengths are not supported", steps));
}

// The values with a new dimension of one element, joined along that.
Result<NetworkId> stack(NodeLowering& node, const std::vector<NetworkId>& values, std::size_t axis) {
  std::vector<NetworkId> parts;
  for (const NetworkId value : values) {
    Shape shape = node.type(value).shape;
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
    TILECAST_TRY(const NetworkId part, node.reshape(value, shape));
    parts.push_back(part);
  }
  return join(node, std::move(parts), axis, kJoined);
}

class Unrolling {
 public:
  Unrolling(NodeLowering& node, const RecurrentOperator& op, const RecurrentSizes& sizes,
            std::vector<Activation> activations)
      : node_(node), op_(op), sizes_(sizes), activations_(std::move(activations)) {}

  Status run() {
    for (std::int64_t number = 0; number < sizes_.directions; ++number) TILECAST_CHECK(unroll(number));
    return set_outputs();
  }

 private:
  Status unroll(std::int64_t number) {
    const auto count = static_cast<std::ptrdiff_t>(op_.activations.size());
    const auto first = activations_.begin() + static_cast<std::ptrdiff_t>(number) * count;
    RecurrentDirection direction(node_, sizes_, number, {first, first + count});
    TILECAST_TRY(const RecurrentStep step, op_.prepare(direction));
    RecurrentState state;
    TILECAST_TRY(state.hidden, direction.initial_state(kInitialHidden));
    if (op_.has_cell) {
      TILECAST_TRY(state.cell, direction.initial_state(kInitialCell));
    }
    const bool reverse = number == 1 || node_.attributes().get_string("direction", "forward") == "reverse";
    std::vector<NetworkId> hidden(static_cast<std::size_t>(sizes_.steps));
    for (std::int64_t i = 0; i < sizes_.steps; ++i) {
      const std::int64_t at = reverse ? sizes_.steps - 1 - i : i;
      TILECAST_TRY(state, step(at, state));
      hidden[static_cast<std::size_t>(at)] = *state.hidden;
    }
    if (node_.has_output(0)) {
      TILECAST_TRY(const NetworkId all, stack(node_, hidden, sizes_.batch_first ? 1 : 0));
      sequences_.push_back(all);
    }
    last_hidden_.push_back(*state.hidden);
    if (state.cell) last_cell_.push_back(*state.cell);
    return Unit{};
  }

  // Y holds the directions behind the steps, Y_h and Y_c in their place.
  Status set_outputs() {
    if (node_.has_output(0)) TILECAST_CHECK(set_stacked(0, sequences_, sizes_.batch_first ? 2 : 1));
    const std::size_t place = sizes_.batch_first ? 1 : 0;
    if (node_.has_output(1)) TILECAST_CHECK(set_stacked(1, last_hidden_, place));
    if (node_.has_output(2)) TILECAST_CHECK(set_stacked(2, last_cell_, place));
    return Unit{};
  }

  Status set_stacked(std::size_t output, const std::vector<NetworkId>& values, std::size_t axis) {
    if (values.empty()) return node_.error(fmt::format("it has no output {}", output));
    TILECAST_TRY(const NetworkId value, stack(node_, values, axis));
    node_.set_plain_output(value, output);
    return Unit{};
  }

  NodeLowering& node_;
  const RecurrentOperator& op_;
  const RecurrentSizes sizes_;
  const std::vector<Activation> activations_;
  std::vector<NetworkId> sequences_, last_hidden_, last_cell_;  // by direction
};

}  // namespace

Status lower_recurrent(NodeLowering& node, const RecurrentOperator& op) {
  TILECAST_TRY(const RecurrentSizes sizes, read_sizes(node, op));
  TILECAST_CHECK(check_inputs(node, sizes));
  TILECAST_CHECK(check_lengths(node, sizes.steps));
  TILECAST_TRY(std::vector<Activation> activations,
               read_activations(node, static_cast<std::size_t>(sizes.directions), op.activations));
  return Unrolling(node, op, sizes, std::move(activations)).run();
}

}  // namespace tilecast
