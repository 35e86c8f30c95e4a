// Operators whose outputs depend on shapes and constants only: Shape, Size, ConstantOfShape, Range.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {
namespace {

// More elements than this in a constant that the model only describes are taken for a mistake.
constexpr std::int64_t kMostElementsMade = std::int64_t{1} << 26;

Status lower_shape(NodeLowering& node) {
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto bound = [&](const char* name, std::int64_t fallback) {
    const std::int64_t value = node.attributes().get_int(name, fallback);
    return std::clamp<std::int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const std::int64_t start = bound("start", 0);
  const std::int64_t end = std::max(start, bound("end", rank));
  node.set_plain_output(node.constant_of_ints({shape.begin() + start, shape.begin() + end}, {end - start}));
  return Unit{};
}

Status lower_size(NodeLowering& node) {
  node.set_plain_output(node.constant_of_ints({element_count(node.shape(0))}, {}));
  return Unit{};
}

Status lower_constant_of_shape(NodeLowering& node) {
  TILECAST_TRY(const Ints shape, node.constant_ints(0, "shape"));
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent > kMostElementsMade || (count *= extent) > kMostElementsMade) {
      return node.error(fmt::format("a shape of [{}] is not supported", fmt::join(shape, ", ")));
    }
  }
  const auto type = parse_data_type(node.attributes().get_string("value_type", "float32"));
  if (!type) return node.error("its attribute 'value' has a type that is not supported");
  const std::vector<double> values(static_cast<std::size_t>(count), node.attributes().get_float("value", 0));
  node.set_plain_output(node.constant(*type, shape, values));
  return Unit{};
}

Status lower_range(NodeLowering& node) {
  TILECAST_TRY(const double start, node.constant_number(0, "start"));
  TILECAST_TRY(const double limit, node.constant_number(1, "limit"));
  TILECAST_TRY(const double delta, node.constant_number(2, "delta"));
  const double count = std::max(std::ceil((limit - start) / delta), 0.0);
  if (!(count <= static_cast<double>(kMostElementsMade))) {
    return node.error(fmt::format("a range from {} to {} by {} is not supported", start, limit, delta));
  }
  std::vector<double> values;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    values.push_back(start + static_cast<double>(i) * delta);
  }
  node.set_plain_output(node.constant(node.dtype(0), {static_cast<std::int64_t>(values.size())}, values));
  return Unit{};
}

}  // namespace

void add_shape_operators(LoweringTable& table) {
  table["Shape"] = {lower_shape, 1, 1, {{"start", AttributeKind::kInt}, {"end", AttributeKind::kInt}}};
  table["Size"] = {lower_size};
  table["ConstantOfShape"] = {
      lower_constant_of_shape, 1, 1, {{"value", AttributeKind::kFloat}, {"value_type", AttributeKind::kString}}};
  table["Range"] = {lower_range, 3, 3};
}

}  // namespace tilecast
