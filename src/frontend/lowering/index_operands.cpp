#include "frontend/lowering/index_operands.h"

#include <fmt/format.h>

#include <numeric>

namespace tilecast {

Status require_element_type(const NodeLowering& node, DataType type) {
  switch (type) {
    case DataType::kFloat32:
    case DataType::kInt64:
    case DataType::kInt32:
    case DataType::kBool:
      return Unit{};
    default:
      return node.error(fmt::format("elements of type {} are not supported here", data_type_name(type)));
  }
}

Status require_elements(const NodeLowering& node, std::size_t i) {
  if (element_count(node.shape(i)) == 0) return node.error("tensors without elements are not supported");
  return require_element_type(node, node.dtype(i));
}

Status require_numbers(const NodeLowering& node, std::size_t i) {
  if (node.dtype(i) == DataType::kBool) return node.error("boolean elements are not supported");
  return require_elements(node, i);
}

Status require_indices(const NodeLowering& node, std::size_t i) {
  if (node.dtype(i) == DataType::kInt64 || node.dtype(i) == DataType::kInt32) return Unit{};
  return node.error("its indices are not integers");
}

Status require_known(const NodeLowering& node, std::size_t i, const std::string& what) {
  if (node.is_constant(i)) return Unit{};
  return node.error(
      fmt::format("the shape of its output is known only when the model runs: its {} must be a constant", what));
}

Result<NetworkId> counting(NodeLowering& node, DataType dtype, const Shape& shape, std::int64_t start) {
  const std::int64_t count = element_count(shape);
  if (count > kMostElementsListed) {
    return node.error(fmt::format("a dimension of {} elements is not supported here", count));
  }
  std::vector<double> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), static_cast<double>(start));
  return node.constant(dtype, shape, numbers);
}

namespace {

// Non-negative, or an error.
Result<std::int64_t> wrapped(const NodeLowering& node, std::int64_t index, std::int64_t extent) {
  if (index < -extent || index >= extent) {
    return node.error(fmt::format("index {} of a dimension of {} elements", index, extent));
  }
  return index < 0 ? index + extent : index;
}

}  // namespace

Result<Ints> known_indices(NodeLowering& node, std::size_t i, std::int64_t extent) {
  TILECAST_TRY(Ints indices, node.constant_ints(i, "indices"));
  for (std::int64_t& index : indices) {
    TILECAST_TRY(index, wrapped(node, index, extent));
  }
  return indices;
}

Result<Ints> known_flat_indices(NodeLowering& node, std::size_t i, const Shape& extents) {
  TILECAST_TRY(const Ints indices, node.constant_ints(i, "indices"));
  Ints flat;
  for (std::size_t at = 0; at + extents.size() <= indices.size(); at += extents.size()) {
    std::int64_t place = 0;
    for (std::size_t d = 0; d < extents.size(); ++d) {
      TILECAST_TRY(const std::int64_t index, wrapped(node, indices[at + d], extents[d]));
      place = place * extents[d] + index;
    }
    flat.push_back(place);
  }
  return flat;
}

Result<NetworkId> flat_indices(NodeLowering& node, std::size_t i, const Shape& extents) {
  Shape shape = node.shape(i);
  shape.pop_back();
  if (node.is_constant(i)) {
    TILECAST_TRY(const Ints known, known_flat_indices(node, i, extents));
    return node.constant_of_ints(known, shape);
  }
  TILECAST_TRY(const NetworkId indices, node.plain(i));
  return node.emit("flat_index", {indices}, {{"extents", extents}}, {DataType::kInt64, shape});
}

Shape rows_shape(std::int64_t count, std::int64_t length) {
  return length == 1 ? Shape{count} : Shape{count, length};
}

}  // namespace tilecast
