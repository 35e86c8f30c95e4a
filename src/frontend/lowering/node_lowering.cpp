#include "frontend/lowering/node_lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "frontend/constant_folding.h"
#include "frontend/operator_check.h"

namespace tilecast {
namespace {

// Larger results of constants are left to the model's run.
constexpr std::int64_t kMostFoldedElements = std::int64_t{1} << 26;

}  // namespace

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

DimOrder order_without(const DimOrder& order, const std::vector<std::size_t>& removed) {
  DimOrder left;
  for (std::size_t d = 0; d < order.size(); ++d) {
    if (std::find(removed.begin(), removed.end(), d) != removed.end()) continue;
    const auto before =
        std::count_if(removed.begin(), removed.end(), [&](std::size_t r) { return order[r] < order[d]; });
    left.push_back(order[d] - static_cast<std::size_t>(before));
  }
  return left;
}

Shape vector_shape(std::size_t dim, std::size_t rank, std::int64_t extent) {
  Shape shape(rank - dim, 1);
  shape.front() = extent;
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

const View& NodeLowering::view(std::size_t i) const {
  return *state_.views[static_cast<std::size_t>(node_.inputs[i])];
}

Shape NodeLowering::shape(std::size_t i) const {
  const View& v = view(i);
  return onnx_shape(type(v.value).shape, v.order);
}

Status NodeLowering::require_float() const {
  for (std::size_t i = 0; i < input_count(); ++i) {
    if (has_input(i) && dtype(i) != DataType::kFloat32) {
      return error(fmt::format("elements of type {} are not supported here, only float32", data_type_name(dtype(i))));
    }
  }
  return Unit{};
}

Result<std::vector<double>> NodeLowering::constant_numbers(std::size_t i, const std::string& what) {
  if (!is_constant(i)) {
    return error(fmt::format("its {} '{}' is known only when the model runs; it must be a constant", what,
                             model_.values[static_cast<std::size_t>(node_.inputs[i])].name));
  }
  TILECAST_TRY(const NetworkId id, plain(i));
  return to_numbers(type(id).dtype, *state_.network.node(id).constant);
}

Result<Ints> NodeLowering::constant_ints(std::size_t i, const std::string& what) {
  TILECAST_TRY(const auto numbers, constant_numbers(i, what));
  Ints ints;
  for (const double number : numbers) ints.push_back(saturated_int(number));
  return ints;
}

Result<double> NodeLowering::constant_number(std::size_t i, const std::string& what) {
  TILECAST_TRY(const auto numbers, constant_numbers(i, what));
  if (numbers.size() != 1) return error(fmt::format("its {} has {} elements, not one", what, numbers.size()));
  return numbers.front();
}

Result<std::size_t> NodeLowering::axis(std::int64_t given, std::size_t rank) const {
  const std::int64_t value = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
  if (value < 0 || value >= static_cast<std::int64_t>(rank)) {
    return error(fmt::format("axis {} of a tensor of {} dimensions", given, rank));
  }
  return static_cast<std::size_t>(value);
}

Result<std::vector<std::size_t>> NodeLowering::axes(const Ints& given, std::size_t rank) const {
  std::vector<std::size_t> result;
  for (const std::int64_t value : given) {
    TILECAST_TRY(const std::size_t found, axis(value, rank));
    result.push_back(found);
  }
  std::sort(result.begin(), result.end());
  const auto twice = std::adjacent_find(result.begin(), result.end());
  if (twice != result.end()) return error(fmt::format("axis {} is listed twice", *twice));
  return result;
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
  if (std::is_sorted(moved.begin(), moved.end())) return reshape(view.value, to.shape);
  const auto known = state_.transposed.find({view.value, perm});
  if (known != state_.transposed.end()) return known->second;
  TILECAST_TRY(const NetworkId result, emit("transpose", {view.value}, {{"perm", perm}}, to));
  state_.transposed[{view.value, perm}] = result;
  return result;
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
  if (!is_constant_value(value)) return value;
  const Shape& stored = type(value).shape;
  const auto first = std::find_if(stored.begin(), stored.end(), [](std::int64_t extent) { return extent != 1; });
  return reshape(value, Shape(first, stored.end()));
}

Result<NetworkId> NodeLowering::emit(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes,
                                     TensorType type) {
  NetworkNode result{node_.name, op, std::move(inputs), std::move(attributes), std::move(type), nullptr};
  std::vector<const NetworkNode*> read;
  for (const NetworkId input : result.inputs) read.push_back(&state_.network.node(input));
  const auto moves = op == "reshape" || op == "transpose";
  const bool known = std::all_of(read.begin(), read.end(), [](const NetworkNode* n) { return n->is_constant(); });
  if (known && !read.empty() && (moves || element_count(result.type.shape) <= kMostFoldedElements)) {
    auto bytes = evaluate_constant(result, read);
    if (!bytes.ok()) return error(bytes.error().message);
    return state_.network.add({node_.name, "constant", {}, {}, result.type, *std::move(bytes)});
  }
  if (result.type.dtype == DataType::kFloat64) return error("double precision (float64) is not supported");
  if (const auto problem = check_operator(result, read); !problem.ok()) return error(problem.error().message);
  return state_.network.add(std::move(result));
}

NetworkId NodeLowering::constant(DataType dtype, Shape shape, const std::vector<double>& values) {
  return state_.network.add({node_.name, "constant", {}, {}, {dtype, std::move(shape)}, constant_bytes(dtype, values)});
}

NetworkId NodeLowering::constant_of_ints(const Ints& values, Shape shape) {
  return constant(DataType::kInt64, std::move(shape), {values.begin(), values.end()});
}

Result<NetworkId> NodeLowering::reshape(NetworkId value, Shape shape) {
  while (state_.network.node(value).op == "reshape") value = state_.network.node(value).inputs.front();
  const TensorType to{type(value).dtype, std::move(shape)};
  if (to == type(value)) return value;
  return emit("reshape", {value}, {{"shape", to.shape}}, to);
}

void NodeLowering::set_output(std::size_t i, View view) {
  if (has_output(i)) state_.views[static_cast<std::size_t>(node_.outputs[i])] = std::move(view);
}

}  // namespace tilecast
