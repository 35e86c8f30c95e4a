#include "frontend/lowering/node_lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "frontend/constant_folding.h"

namespace tilecast {

DimOrder plain_order(std::size_t rank) {
  DimOrder order(rank);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

DimOrder channels_last_order(std::size_t rank) {
  DimOrder order = plain_order(rank);
  for (std::size_t d = 2; d < rank; ++d) order[d] = d - 1;
  if (rank > 1) order[1] = rank - 1;
  return order;
}

Shape stored_shape(const Shape& shape, const DimOrder& order) {
  Shape stored(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) stored[order[d]] = shape[d];
  return stored;
}

Shape onnx_shape(const Shape& stored, const DimOrder& order) {
  Shape shape(stored.size());
  for (std::size_t d = 0; d < shape.size(); ++d) shape[d] = stored[order[d]];
  return shape;
}

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const std::size_t missing = longer.size() - shorter.size();
  for (std::size_t d = 0; d < shorter.size(); ++d) {
    auto& extent = result[missing + d];
    if (extent != 1 && shorter[d] != 1 && extent != shorter[d]) return std::nullopt;
    extent = extent == 1 ? shorter[d] : extent;
  }
  return result;
}

Error NodeLowering::error(const std::string& reason) const {
  return Error{fmt::format("node '{}' ({}, domain {}): {}", node_.name, node_.op,
                           node_.domain.empty() ? "ai.onnx" : node_.domain, reason)};
}

bool NodeLowering::has_input(std::size_t i) const {
  return i < node_.inputs.size() && node_.inputs[i] != kNoValue;
}

const View& NodeLowering::view(std::size_t i) const {
  return *views_[static_cast<std::size_t>(node_.inputs[i])];
}

Shape NodeLowering::shape(std::size_t i) const {
  const View& v = view(i);
  return onnx_shape(type(v.value).shape, v.order);
}

Result<Ints> NodeLowering::constant_ints(std::size_t i, const std::string& what) const {
  const NetworkNode& value = network_.node(view(i).value);
  if (!value.is_constant()) {
    return error(fmt::format("its {} '{}' is known only when the model runs; it must be a constant", what,
                             model_.values[static_cast<std::size_t>(node_.inputs[i])].name));
  }
  Ints ints;
  for (const double number : to_numbers(value.type.dtype, *value.constant)) {
    ints.push_back(static_cast<std::int64_t>(number));
  }
  return ints;
}

Result<double> NodeLowering::constant_number(std::size_t i, const std::string& what) const {
  const auto number = scalar_value(network_.node(view(i).value));
  if (!number) return error(fmt::format("its {} must be a constant with one element", what));
  return *number;
}

Result<std::size_t> NodeLowering::axis(std::int64_t given, std::size_t rank) const {
  const std::int64_t value = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
  if (value < 0 || value >= static_cast<std::int64_t>(rank)) {
    return error(fmt::format("axis {} of a tensor of {} dimensions", given, rank));
  }
  return static_cast<std::size_t>(value);
}

Result<NetworkId> NodeLowering::in_order(const View& view, const DimOrder& order) {
  if (view.order == order) return view.value;
  const TensorType& from = type(view.value);
  const Shape logical = onnx_shape(from.shape, view.order);
  Ints perm(order.size());
  for (std::size_t d = 0; d < order.size(); ++d) perm[order[d]] = static_cast<std::int64_t>(view.order[d]);
  const TensorType to{from.dtype, stored_shape(logical, order)};
  // Dimensions of one element move for nothing.
  Ints moved;
  std::copy_if(perm.begin(), perm.end(), std::back_inserter(moved),
               [&](std::int64_t p) { return from.shape[static_cast<std::size_t>(p)] != 1; });
  if (std::is_sorted(moved.begin(), moved.end())) return emit("reshape", {view.value}, {{"shape", to.shape}}, to);
  return emit("transpose", {view.value}, {{"perm", perm}}, to);
}

Result<NetworkId> NodeLowering::broadcast_operand(std::size_t i, const DimOrder& order) {
  View operand = view(i);
  const Shape own = shape(i);
  if (own.size() < order.size()) {
    TILECAST_TRY(const NetworkId value, plain(i));
    Shape full(order.size() - own.size(), 1);
    full.insert(full.end(), own.begin(), own.end());
    TILECAST_TRY(operand.value, reshape(value, full));
    operand.order = plain_order(order.size());
  }
  TILECAST_TRY(const NetworkId value, in_order(operand, order));
  if (!network_.node(value).is_constant()) return value;
  const Shape& stored = type(value).shape;
  const auto first = std::find_if(stored.begin(), stored.end(), [](std::int64_t extent) { return extent != 1; });
  return reshape(value, Shape(first, stored.end()));
}

Result<NetworkId> NodeLowering::emit(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes,
                                     TensorType type) {
  NetworkNode result{node_.name, op, std::move(inputs), std::move(attributes), std::move(type), nullptr};
  std::vector<const NetworkNode*> read;
  for (const NetworkId input : result.inputs) read.push_back(&network_.node(input));
  const bool known = std::all_of(read.begin(), read.end(), [](const NetworkNode* n) { return n->is_constant(); });
  if (known && !read.empty()) {
    auto bytes = evaluate_constant(result, read);
    if (!bytes.ok()) return error(bytes.error().message);
    result = {node_.name, "constant", {}, {}, result.type, *std::move(bytes)};
  }
  return network_.add(std::move(result));
}

NetworkId NodeLowering::constant_of_ints(const Ints& values, Shape shape) {
  auto bytes = std::make_shared<std::vector<std::byte>>(values.size() * sizeof(std::int64_t));
  if (!values.empty()) std::memcpy(bytes->data(), values.data(), bytes->size());
  return network_.add({node_.name, "constant", {}, {}, {DataType::kInt64, std::move(shape)}, std::move(bytes)});
}

Result<NetworkId> NodeLowering::reshape(NetworkId value, Shape shape) {
  const TensorType to{type(value).dtype, std::move(shape)};
  if (to == type(value)) return value;
  return emit("reshape", {value}, {{"shape", to.shape}}, to);
}

void NodeLowering::set_output(std::size_t i, View view) {
  if (i < node_.outputs.size() && node_.outputs[i] != kNoValue) {
    views_[static_cast<std::size_t>(node_.outputs[i])] = std::move(view);
  }
}

}  // namespace tilecast
