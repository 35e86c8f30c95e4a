// Operators that choose by constant positions: OneHot, Trilu, EyeLike.
#include <fmt/format.h>

#include <functional>

#include "frontend/lowering/index_operands.h"
#include "frontend/onnx_tensor.h"

namespace tilecast {
namespace {

// Element `i` of OneHot's values (off, on) as something that is broadcast.
Result<NetworkId> one_hot_value(NodeLowering& node, std::int64_t i) {
  if (node.is_constant(2)) {
    TILECAST_TRY(const auto values, node.constant_numbers(2, "values"));
    return node.constant(node.dtype(2), {}, {values[static_cast<std::size_t>(i)]});
  }
  TILECAST_TRY(const NetworkId values, node.plain(2));
  return node.emit("slice", {values}, {{"starts", Ints{i}}, {"steps", Ints{1}}}, {node.dtype(2), {1}});
}

// On where the index, or what it is from the end, is the place along the new axis.
Status lower_one_hot(NodeLowering& node) {
  TILECAST_CHECK(require_numbers(node, 0));
  TILECAST_CHECK(require_elements(node, 2));
  TILECAST_CHECK(require_known(node, 1, "depth"));
  TILECAST_TRY(const double given, node.constant_number(1, "depth"));
  if (!(given >= 1 && given <= static_cast<double>(kMostElementsListed))) {
    return node.error(fmt::format("a depth of {} is not supported", given));
  }
  if (node.shape(2) != Shape{2}) return node.error("its values are not two");
  const auto depth = static_cast<std::int64_t>(given);
  Shape apart = node.shape(0);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", -1), apart.size() + 1));
  apart.insert(apart.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  Shape shape = apart;
  shape[axis] = depth;
  const Shape along = vector_shape(axis, shape.size(), depth);
  TILECAST_TRY(NetworkId indices, node.plain(0));
  TILECAST_TRY(indices, node.reshape(indices, apart));
  if (is_float(node.dtype(0))) {
    TILECAST_TRY(indices, node.emit("cast", {indices}, {{"to", std::string("int64")}}, {DataType::kInt64, apart}));
  }
  const DataType dtype = node.type(indices).dtype;
  const TensorType mask{DataType::kBool, shape};
  TILECAST_TRY(const NetworkId places, counting(node, dtype, along));
  TILECAST_TRY(const NetworkId from_end, counting(node, dtype, along, -depth));
  TILECAST_TRY(const NetworkId ahead, node.emit("equal", {indices, places}, {}, mask));
  TILECAST_TRY(const NetworkId behind, node.emit("equal", {indices, from_end}, {}, mask));
  TILECAST_TRY(const NetworkId hot, node.emit("or", {ahead, behind}, {}, mask));
  TILECAST_TRY(const NetworkId off, one_hot_value(node, 0));
  TILECAST_TRY(const NetworkId on, one_hot_value(node, 1));
  TILECAST_TRY(const NetworkId value, node.emit("where", {hot, on, off}, {}, {node.dtype(2), shape}));
  node.set_plain_output(value);
  return Unit{};
}

// A constant matrix: 1 where `is_set` says so for how far the column is right of the diagonal, else 0.
Result<NetworkId> diagonal_mask(NodeLowering& node, DataType dtype, std::int64_t rows, std::int64_t columns,
                                const std::function<bool(std::int64_t)>& is_set) {
  if (element_count({rows, columns}) > kMostElementsListed) {
    return node.error(fmt::format("a matrix of {}x{} elements is not supported here", rows, columns));
  }
  std::vector<double> elements;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) elements.push_back(is_set(j - i) ? 1 : 0);
  }
  return node.constant(dtype, {rows, columns}, elements);
}

Status lower_trilu(NodeLowering& node) {
  TILECAST_CHECK(require_elements(node, 0));
  const Shape shape = node.shape(0);
  if (shape.size() < 2) return node.error("its input is no matrix");
  std::int64_t k = 0;
  if (node.has_input(1)) {
    TILECAST_TRY(const Ints given, node.constant_ints(1, "k"));
    if (given.size() != 1) return node.error(fmt::format("its k has {} elements, not one", given.size()));
    k = given.front();
  }
  const bool upper = node.attributes().get_int("upper", 1) != 0;
  const auto kept = [&](std::int64_t distance) { return upper ? distance >= k : distance <= k; };
  const auto matrix = shape.end() - 2;
  TILECAST_TRY(const NetworkId mask, diagonal_mask(node, DataType::kBool, matrix[0], matrix[1], kept));
  TILECAST_TRY(const NetworkId x, node.plain(0));
  const NetworkId zero = node.constant(node.dtype(0), {}, {0});
  TILECAST_TRY(const NetworkId value, node.emit("where", {mask, x, zero}, {}, node.type(x)));
  node.set_plain_output(value);
  return Unit{};
}

// Only the input's shape and type are used.
Status lower_eye_like(NodeLowering& node) {
  const Shape shape = node.shape(0);
  if (shape.size() != 2) return node.error("its input is no matrix");
  DataType dtype = node.dtype(0);
  if (node.attributes().has("dtype")) {
    const std::int64_t number = node.attributes().get_int("dtype", 0);
    const auto known = data_type_from_onnx(number);
    if (!known) return node.error(fmt::format("element type number {} is not supported", number));
    dtype = *known;
  }
  TILECAST_CHECK(require_element_type(node, dtype));
  const std::int64_t k = node.attributes().get_int("k", 0);
  const auto is_one = [k](std::int64_t distance) { return distance == k; };
  TILECAST_TRY(const NetworkId value, diagonal_mask(node, dtype, shape[0], shape[1], is_one));
  node.set_plain_output(value);
  return Unit{};
}

}  // namespace

void add_masks(LoweringTable& table) {
  table["OneHot"] = {lower_one_hot, 3, 3, {{"axis", AttributeKind::kInt}}};
  table["Trilu"] = {lower_trilu, 1, 2, {{"upper", AttributeKind::kInt}}};
  table["EyeLike"] = {lower_eye_like, 1, 1, {{"dtype", AttributeKind::kInt}, {"k", AttributeKind::kInt}}};
}

}  // namespace tilecast
