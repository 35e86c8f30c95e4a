#include "frontend/lowering/elementwise_operands.h"

#include <fmt/format.h>

#include <cmath>

namespace tilecast {
namespace {

// Larger whole numbers are not exact in an attribute.
constexpr double kExactInts = 9007199254740992.0;

}  // namespace

std::optional<double> scalar_attribute(const NodeLowering& node, NetworkId id) {
  const auto value = node.scalar(id);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  if (!is_float(node.type(id).dtype) && std::abs(*value) > kExactInts) return std::nullopt;
  return value;
}

Result<NetworkId> emit_binary(NodeLowering& node, const std::string& op, NetworkId a, NetworkId b,
                              const TensorType& type) {
  const bool numbers = node.type(a).dtype != DataType::kBool;
  const auto right = numbers ? scalar_attribute(node, b) : std::nullopt;
  if (right && node.type(a).shape == type.shape && !node.is_constant_value(a)) {
    return node.emit(op, {a}, {{"scalar", *right}}, type);
  }
  const auto left = numbers ? scalar_attribute(node, a) : std::nullopt;
  if (!left || node.type(b).shape != type.shape || node.is_constant_value(b)) return node.emit(op, {a, b}, {}, type);
  Attributes attributes{{"scalar", *left}};
  const bool commutes = op == "add" || op == "mul" || op == "min" || op == "max" || op == "equal";
  if (!commutes) attributes.set("scalar_left", std::int64_t{1});
  return node.emit(op, {b}, std::move(attributes), type);
}

Result<Elementwise> Elementwise::create(NodeLowering& node) {
  Shape shape;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const auto joined = broadcast_shape(shape, node.shape(i));
    if (!joined) {
      return node.error(
          fmt::format("shapes {} and {} cannot be broadcast", shape_to_string(shape), shape_to_string(node.shape(i))));
    }
    shape = *joined;
  }
  DimOrder order = plain_order(shape.size());
  for (std::size_t i = node.input_count(); i-- > 0;) {
    if (!node.is_constant(i) && node.rank(i) == shape.size()) order = node.view(i).order;
  }
  return Elementwise(node, std::move(shape), std::move(order));
}

Shape Elementwise::joined_shape(const std::vector<NetworkId>& inputs) const {
  Shape shape;
  for (const NetworkId input : inputs) shape = *broadcast_shape(shape, node_.type(input).shape);
  return shape;
}

Result<NetworkId> Elementwise::emit(const std::string& op, const std::vector<NetworkId>& inputs, DataType type,
                                    Attributes attributes) {
  return node_.emit(op, inputs, std::move(attributes), {type, joined_shape(inputs)});
}

Result<NetworkId> Elementwise::binary(const std::string& op, NetworkId a, NetworkId b, DataType type) {
  return emit_binary(node_, op, a, b, {type, joined_shape({a, b})});
}

// Constants may have been reduced to their inner dimensions.
Status Elementwise::finish(NetworkId value) {
  TILECAST_TRY(const NetworkId full, node_.reshape(value, stored_shape(shape_, order_)));
  node_.set_output(0, {full, order_});
  return Unit{};
}

Status require_same_types(const NodeLowering& node, std::size_t from) {
  for (std::size_t i = from; i < node.input_count(); ++i) {
    if (node.dtype(i) != node.dtype(from)) return node.error("its inputs have different element types");
  }
  return Unit{};
}

Status require_no_bool(const NodeLowering& node) {
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (node.has_input(i) && node.dtype(i) == DataType::kBool) return node.error("boolean elements are not supported");
  }
  return Unit{};
}

}  // namespace tilecast
