// Operators that pass elements on, perhaps within bounds or as another type: Clip, Cast, CastLike, Identity, Dropout.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "frontend/lowering/elementwise_operands.h"
#include "frontend/onnx_tensor.h"

namespace tilecast {
namespace {

// The smallest and the largest number of a type.
std::pair<double, double> range_of(DataType type) {
  const auto limits = [](auto zero) {
    using Number = std::numeric_limits<decltype(zero)>;
    return std::pair(static_cast<double>(Number::lowest()), static_cast<double>(Number::max()));
  };
  switch (type) {
    case DataType::kInt64:
      return limits(std::int64_t{});
    case DataType::kInt32:
      return limits(std::int32_t{});
    case DataType::kInt8:
      return limits(std::int8_t{});
    case DataType::kUInt8:
      return limits(std::uint8_t{});
    default:
      return limits(double{});
  }
}

// A bound that is known becomes an attribute, unless it bounds nothing.
Status add_known_bound(const NodeLowering& node, const char* name, double bound, Attributes& attributes) {
  const auto [least, most] = range_of(node.dtype(0));
  const bool none = std::string(name) == "min" ? bound <= least : bound >= most;
  if (none) return Unit{};
  if (!std::isfinite(bound)) return node.error(fmt::format("its {} {} is not supported", name, bound));
  attributes.set(name, bound);
  return Unit{};
}

Status lower_clip(NodeLowering& node) {
  TILECAST_CHECK(require_no_bool(node));
  const View x = node.view(0);
  const TensorType type = node.type(x.value);
  NetworkId value = x.value;
  Attributes known;
  for (std::size_t i = 1; i < 3; ++i) {
    const char* name = i == 1 ? "min" : "max";
    if (!node.has_input(i)) continue;
    if (node.rank(i) > 0 || node.dtype(i) != type.dtype) return node.error(fmt::format("its {} is no number", name));
    if (node.is_constant(i)) {
      TILECAST_TRY(const double bound, node.constant_number(i, name));
      TILECAST_CHECK(add_known_bound(node, name, bound, known));
    } else {
      // The minimum comes first: where the bounds cross, the maximum wins.
      if (!known.values().empty()) {
        TILECAST_TRY(value, node.emit("clip", {value}, known, type));
        known = {};
      }
      TILECAST_TRY(value, node.emit(i == 1 ? "max" : "min", {value, node.view(i).value}, {}, type));
    }
  }
  if (!known.values().empty()) {
    TILECAST_TRY(value, node.emit("clip", {value}, known, type));
  }
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status set_cast(NodeLowering& node, DataType to) {
  const View x = node.view(0);
  const TensorType from = node.type(x.value);
  NetworkId value = x.value;
  if (to == DataType::kBool && from.dtype != DataType::kBool) {
    const TensorType type{DataType::kBool, from.shape};
    TILECAST_TRY(const NetworkId zero, node.emit("equal", {value}, {{"scalar", 0.0}}, type));
    TILECAST_TRY(value, node.emit("not", {zero}, {}, type));
  } else if (to != from.dtype) {
    const Attributes attributes{{"to", std::string(data_type_name(to))}};
    TILECAST_TRY(value, node.emit("cast", {value}, attributes, {to, from.shape}));
  }
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status lower_cast(NodeLowering& node) {
  const std::int64_t number = node.attributes().get_int("to", 0);
  const auto to = data_type_from_onnx(number);
  if (!to) return node.error(fmt::format("a cast to element type number {} is not supported", number));
  return set_cast(node, *to);
}

Status lower_cast_like(NodeLowering& node) {
  return set_cast(node, node.dtype(1));
}

Status lower_identity(NodeLowering& node) {
  node.set_output(0, node.view(0));
  return Unit{};
}

// Nothing is dropped in inference, or at the ratio 0.
Status check_dropout(NodeLowering& node) {
  if (!node.has_input(2)) return Unit{};
  TILECAST_TRY(const double training, node.constant_number(2, "training_mode"));
  if (training == 0) return Unit{};
  if (node.has_input(1)) {
    TILECAST_TRY(const double ratio, node.constant_number(1, "ratio"));
    if (ratio == 0) return Unit{};
  }
  return node.error("training_mode is not supported");
}

// The mask says which elements are kept: all.
Status lower_dropout(NodeLowering& node) {
  TILECAST_CHECK(check_dropout(node));
  if (node.has_output(1)) {
    const Shape shape = node.shape(0);
    const std::vector<double> kept(static_cast<std::size_t>(element_count(shape)), 1.0);
    node.set_plain_output(node.constant(DataType::kBool, shape, kept), 1);
  }
  return lower_identity(node);
}

}  // namespace

void add_conversions(LoweringTable& table) {
  table["Clip"] = {lower_clip, 1, 3};
  table["Cast"] = {lower_cast, 1, 1, {{"to", AttributeKind::kInt}}};
  table["CastLike"] = {lower_cast_like, 2, 2};
  table["Identity"] = {lower_identity};
  table["Dropout"] = {lower_dropout, 1, 3, {{"ratio", AttributeKind::kFloat}, {"seed", AttributeKind::kInt}}};
}

}  // namespace tilecast
