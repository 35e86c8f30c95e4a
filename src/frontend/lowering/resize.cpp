// Resize, to nearest or linearly.
#include <fmt/format.h>

#include <cmath>

#include "frontend/lowering/windows.h"

namespace tilecast {
namespace {

constexpr std::int64_t kMostExtent = 1 << 20;

// Whether the optional input is there and has elements: an empty tensor stands for one that is left out, too.
bool is_given(const NodeLowering& node, std::size_t input) {
  return node.has_input(input) && element_count(node.shape(input)) > 0;
}

// The output's shape by `sizes` or by `scales`. Scales that do not give whole numbers are refused: `resize` takes the
// ratio of the extents.
Result<Shape> resized_shape(NodeLowering& node) {
  const Shape input = node.shape(0);
  Shape output;
  if (is_given(node, 3)) {
    TILECAST_TRY(output, node.constant_ints(3, "sizes"));
  } else if (is_given(node, 2)) {
    TILECAST_TRY(const auto scales, node.constant_numbers(2, "scales"));
    for (std::size_t d = 0; d < std::min(scales.size(), input.size()); ++d) {
      const double extent = static_cast<double>(input[d]) * scales[d];
      if (!(std::abs(extent - std::round(extent)) <= 1e-5 * extent) || extent > static_cast<double>(kMostExtent)) {
        return node.error(fmt::format("a scale of {} for {} elements is not supported", scales[d], input[d]));
      }
      output.push_back(std::llround(extent));
    }
  } else {
    return node.error("it has neither scales nor sizes");
  }
  if (output.size() != input.size()) return node.error(fmt::format("it needs {} scales or sizes", input.size()));
  for (std::size_t d = 0; d < output.size(); ++d) {
    if (output[d] < 1 || output[d] > kMostExtent || (d < 2 && output[d] != input[d])) {
      return node.error(fmt::format("{} cannot be resized to {}: only spatial dimensions can", shape_to_string(input),
                                    shape_to_string(output)));
    }
  }
  return output;
}

Result<Attributes> resize_attributes(const NodeLowering& node) {
  const Attributes& given = node.attributes();
  if (given.get_int("exclude_outside", 0) != 0) return node.error("exclude_outside 1 is not supported");
  Attributes attributes;
  attributes.set("mode", given.get_string("mode", "nearest"));
  attributes.set("coordinates", given.get_string("coordinate_transformation_mode", "half_pixel"));
  if (attributes.get_string("mode", "") == "nearest") {
    attributes.set("rounding", given.get_string("nearest_mode", "round_prefer_floor"));
  }
  return attributes;
}

Status lower_resize(NodeLowering& node) {
  if (node.dtype(0) != DataType::kFloat32) return node.error("only float32 elements are supported");
  TILECAST_CHECK(require_image(node, 0));
  TILECAST_TRY(const Shape output, resized_shape(node));
  TILECAST_TRY(const Attributes attributes, resize_attributes(node));
  const DimOrder order = channels_last_order(output.size());
  TILECAST_TRY(const NetworkId x, node.stored(0, order));
  TILECAST_TRY(const NetworkId value, node.emit_float("resize", {x}, attributes, stored_shape(output, order)));
  node.set_output(0, {value, order});
  return Unit{};
}

}  // namespace

void add_resize(LoweringTable& table) {
  table["Resize"] = {lower_resize,
                     1,
                     4,
                     {{"mode", AttributeKind::kString},
                      {"coordinate_transformation_mode", AttributeKind::kString},
                      {"nearest_mode", AttributeKind::kString},
                      {"cubic_coeff_a", AttributeKind::kFloat},
                      {"extrapolation_value", AttributeKind::kFloat},
                      {"exclude_outside", AttributeKind::kInt}}};
}

}  // namespace tilecast
