// One direction of LSTM, GRU and RNN: its weights and the operators of a time step.
#include <algorithm>

#include "frontend/lowering/recurrent.h"

namespace tilecast {
namespace {

// The part of a value that begins at `starts` and has this shape.
Result<NetworkId> part(NodeLowering& node, NetworkId value, const Ints& starts, const Shape& shape) {
  if (node.type(value).shape == shape) return value;
  const Attributes attributes{{"starts", starts}, {"steps", Ints(starts.size(), 1)}};
  return node.emit_float("slice", {value}, attributes, shape);
}

}  // namespace

Result<NetworkId> RecurrentDirection::weight(std::size_t input, Gates gates) {
  TILECAST_TRY(const NetworkId all, node_.plain(input));
  const std::int64_t rows = gates.count * sizes_.hidden;
  const std::int64_t columns = node_.type(all).shape.back();
  TILECAST_TRY(const NetworkId own, part(node_, all, {number_, gates.first * sizes_.hidden, 0}, {1, rows, columns}));
  TILECAST_TRY(const NetworkId matrix, node_.reshape(own, {rows, columns}));
  return node_.in_order({matrix, {1, 0}}, plain_order(2));
}

Result<NetworkId> RecurrentDirection::row(std::size_t input, Gates parts) {
  TILECAST_TRY(const NetworkId all, node_.plain(input));
  const std::int64_t extent = parts.count * sizes_.hidden;
  TILECAST_TRY(const NetworkId own, part(node_, all, {number_, parts.first * sizes_.hidden}, {1, extent}));
  return node_.reshape(own, {extent});
}

Result<std::optional<NetworkId>> RecurrentDirection::bias(Gates gates, std::int64_t before) {
  constexpr std::size_t kBias = 3;
  if (!node_.has_input(kBias)) return std::optional<NetworkId>();
  TILECAST_TRY(const NetworkId value, row(kBias, {before + gates.first, gates.count}));
  return std::optional<NetworkId>(value);
}

Result<std::optional<NetworkId>> RecurrentDirection::joint_bias(Gates gates) {
  TILECAST_TRY(const std::optional<NetworkId> of_input, input_bias(gates));
  TILECAST_TRY(const std::optional<NetworkId> of_state, state_bias(gates));
  if (!of_input || !of_state) return std::optional<NetworkId>();
  TILECAST_TRY(const NetworkId sum, binary("add", *of_input, *of_state));
  return std::optional<NetworkId>(sum);
}

Result<std::optional<NetworkId>> RecurrentDirection::initial_state(std::size_t input) {
  if (!node_.has_input(input)) return std::optional<NetworkId>();
  if (node_.is_constant(input)) {
    TILECAST_TRY(const std::vector<double> numbers, node_.constant_numbers(input, "initial state"));
    if (std::all_of(numbers.begin(), numbers.end(), [](double number) { return number == 0; })) {
      return std::optional<NetworkId>();
    }
  }
  TILECAST_TRY(const NetworkId all, node_.plain(input));
  Ints starts(3, 0);
  Shape shape = {sizes_.batch, sizes_.hidden};
  const std::ptrdiff_t direction = sizes_.batch_first ? 1 : 0;
  starts[static_cast<std::size_t>(direction)] = number_;
  shape.insert(shape.begin() + direction, 1);
  TILECAST_TRY(const NetworkId own, part(node_, all, starts, shape));
  TILECAST_TRY(const NetworkId value, node_.reshape(own, {sizes_.batch, sizes_.hidden}));
  return std::optional<NetworkId>(value);
}

Result<NetworkId> RecurrentDirection::input_product(Gates gates, const std::optional<NetworkId>& bias) {
  TILECAST_TRY(const NetworkId w, input_weight(gates));
  TILECAST_TRY(NetworkId value, node_.plain(0));
  Shape shape = node_.type(value).shape;
  TILECAST_TRY(value, node_.reshape(value, {sizes_.steps * sizes_.batch, sizes_.input}));
  TILECAST_TRY(value, product(value, w));
  if (bias) {
    TILECAST_TRY(value, binary("add", value, *bias));
  }
  shape.back() = gates.count * sizes_.hidden;
  return node_.reshape(value, shape);
}

Result<NetworkId> RecurrentDirection::at_step(NetworkId product, std::int64_t step) {
  const Shape shape = {sizes_.batch, node_.type(product).shape.back()};
  if (sizes_.steps == 1) return node_.reshape(product, shape);
  const NetworkId index = node_.constant_of_ints({step}, {});
  const Attributes attributes{{"axis", std::int64_t{sizes_.batch_first ? 1 : 0}}};
  return node_.emit_float("gather", {product, index}, attributes, shape);
}

Result<NetworkId> RecurrentDirection::product(NetworkId x, NetworkId weight) {
  const Shape shape = {node_.type(x).shape.front(), node_.type(weight).shape.back()};
  return node_.emit_float(node_.is_constant_value(weight) ? "dense" : "batch_matmul", {x, weight}, {}, shape);
}

Result<NetworkId> RecurrentDirection::gate(NetworkId product, std::int64_t place) {
  return part(node_, product, {0, place * sizes_.hidden}, {sizes_.batch, sizes_.hidden});
}

Result<NetworkId> RecurrentDirection::activate_gate(std::size_t place, NetworkId x) {
  TILECAST_TRY(const NetworkId argument, clip_argument(node_, x));
  return activate(place, argument);
}

Result<NetworkId> RecurrentDirection::binary(const std::string& op, NetworkId a, NetworkId b) {
  return node_.emit_float(op, {a, b}, {}, *broadcast_shape(node_.type(a).shape, node_.type(b).shape));
}

}  // namespace tilecast
