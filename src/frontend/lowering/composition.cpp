#include "frontend/lowering/composition.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/elementwise_operands.h"

namespace tilecast {

NetworkId Composition::take(Result<NetworkId> value) {
  if (error_) return kNoNetworkValue;
  if (value.ok()) return *value;
  error_ = value.error();
  return kNoNetworkValue;
}

NetworkId Composition::emit(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes,
                            TensorType type) {
  return take(node_.emit(op, std::move(inputs), std::move(attributes), std::move(type)));
}

NetworkId Composition::unary(const std::string& op, NetworkId x, Attributes attributes) {
  if (failed(x)) return kNoNetworkValue;
  return emit(op, {x}, std::move(attributes), node_.type(x));
}

NetworkId Composition::binary(const std::string& op, NetworkId a, NetworkId b) {
  if (failed(a) || failed(b)) return kNoNetworkValue;
  const auto shape = broadcast_shape(node_.type(a).shape, node_.type(b).shape);
  if (!shape) {
    error_ = node_.error(fmt::format("shapes {} and {} cannot be broadcast", shape_to_string(node_.type(a).shape),
                                     shape_to_string(node_.type(b).shape)));
    return kNoNetworkValue;
  }
  const bool compares = op == "less" || op == "greater" || op == "equal";
  return take(emit_binary(node_, op, a, b, {compares ? DataType::kBool : node_.type(a).dtype, *shape}));
}

NetworkId Composition::scalar(const std::string& op, NetworkId x, double number) {
  if (failed(x)) return kNoNetworkValue;
  return binary(op, x, node_.constant(node_.type(x).dtype, {}, {number}));
}

NetworkId Composition::where(NetworkId condition, NetworkId a, NetworkId b) {
  if (failed(condition) || failed(a) || failed(b)) return kNoNetworkValue;
  const auto values = broadcast_shape(node_.type(a).shape, node_.type(b).shape);
  const auto shape = values ? broadcast_shape(*values, node_.type(condition).shape) : std::nullopt;
  return emit("where", {condition, a, b}, {}, {node_.type(a).dtype, shape.value_or(node_.type(condition).shape)});
}

NetworkId Composition::cast(NetworkId x, DataType type) {
  if (failed(x) || node_.type(x).dtype == type) return x;
  return emit("cast", {x}, {{"to", std::string(data_type_name(type))}}, {type, node_.type(x).shape});
}

NetworkId Composition::reduce(const std::string& kind, NetworkId x, const Ints& axes, bool keepdims) {
  if (failed(x) || axes.empty()) return x;
  Ints sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  TensorType type = node_.type(x);
  for (std::size_t i = sorted.size(); i-- > 0;) {
    const auto at = type.shape.begin() + sorted[i];
    if (keepdims) {
      *at = 1;
    } else {
      type.shape.erase(at);
    }
  }
  return emit("reduce", {x}, {{"kind", kind}, {"axes", sorted}, {"keepdims", std::int64_t{keepdims}}}, type);
}

NetworkId Composition::reshape(NetworkId x, Shape shape) {
  return failed(x) ? kNoNetworkValue : take(node_.reshape(x, std::move(shape)));
}

NetworkId Composition::transpose(NetworkId x, const DimOrder& perm) {
  return failed(x) ? kNoNetworkValue : take(node_.in_order({x, perm}, plain_order(perm.size())));
}

NetworkId Composition::expand(NetworkId x, const Shape& shape) {
  if (failed(x) || node_.type(x).shape == shape) return x;
  return emit("expand", {x}, {{"shape", shape}}, {node_.type(x).dtype, shape});
}

NetworkId Composition::apply(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes, Shape shape) {
  if (std::any_of(inputs.begin(), inputs.end(), [&](NetworkId x) { return failed(x); })) return kNoNetworkValue;
  const DataType dtype = node_.type(inputs.front()).dtype;
  return emit(op, std::move(inputs), std::move(attributes), {dtype, std::move(shape)});
}

Status Composition::status() const {
  if (error_) return *error_;
  return Unit{};
}

Status Composition::finish(NetworkId value, const DimOrder& order, std::size_t output) {
  TILECAST_CHECK(status());
  node_.set_output(output, {value, order});
  return Unit{};
}

Status Composition::finish(NetworkId value, std::size_t output) {
  TILECAST_CHECK(status());
  node_.set_plain_output(value, output);
  return Unit{};
}

}  // namespace tilecast
