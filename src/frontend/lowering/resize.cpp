// Resize. Images that are resized by the ratio of their extents, to nearest or linearly, are one operator; all else is
// made along one dimension after the other, of elements and weights that are known before the model runs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "frontend/lowering/resize_axis.h"

namespace tilecast {
namespace {

constexpr std::int64_t kMostExtent = 1 << 20;

using Words = std::set<std::string>;

// Whether the optional input is there and has elements: an empty tensor stands for one that is left out, too.
bool is_given(const NodeLowering& node, std::size_t input) {
  return node.has_input(input) && element_count(node.shape(input)) > 0;
}

Result<ResizeRule> read_rule(const NodeLowering& node) {
  static const Words kModes = {"nearest", "linear", "cubic"};
  static const Words kCoordinates = {"half_pixel", "pytorch_half_pixel", "align_corners",
                                     "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"};
  static const Words kRoundings = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
  const auto word = [&](const char* name, const std::string& fallback, const Words& known) -> Result<std::string> {
    const std::string given = node.attributes().get_string(name, fallback);
    if (known.contains(given)) return given;
    return node.error(fmt::format("its attribute '{}' is '{}', which is not supported", name, given));
  };
  ResizeRule rule;
  TILECAST_TRY(rule.mode, word("mode", "nearest", kModes));
  TILECAST_TRY(rule.coordinates, word("coordinate_transformation_mode", "half_pixel", kCoordinates));
  TILECAST_TRY(rule.rounding, word("nearest_mode", "round_prefer_floor", kRoundings));
  rule.cubic_a = node.attributes().get_float("cubic_coeff_a", -0.75);
  rule.exclude_outside = rule.mode == "cubic" && node.attributes().get_int("exclude_outside", 0) != 0;
  if (!std::isfinite(rule.cubic_a)) return node.error("its attribute 'cubic_coeff_a' is not finite");
  return rule;
}

// By `sizes`, or by `scales`: a scale that does not give a whole extent decides the coordinates itself.
Result<std::vector<ResizeAxis>> read_extents(NodeLowering& node) {
  const Shape input = node.shape(0);
  const bool by_size = is_given(node, 3);
  if (!by_size && !is_given(node, 2)) return node.error("it has neither scales nor sizes");
  TILECAST_TRY(const auto numbers, node.constant_numbers(by_size ? 3 : 2, by_size ? "sizes" : "scales"));
  if (numbers.size() != input.size()) return node.error(fmt::format("it needs {} scales or sizes", input.size()));
  std::vector<ResizeAxis> axes;
  for (std::size_t d = 0; d < input.size(); ++d) {
    // In the precision in which ONNX computes the extent.
    const double resized = by_size ? numbers[d] : static_cast<float>(input[d]) * static_cast<float>(numbers[d]);
    if (!(resized >= 1 && resized <= static_cast<double>(kMostExtent))) {
      return node.error(fmt::format("{} elements of dimension {} cannot be resized to {}", input[d], d, resized));
    }
    ResizeAxis axis{input[d], static_cast<std::int64_t>(std::floor(resized))};
    const auto whole = static_cast<double>(axis.out);
    axis.resized = resized - whole <= 1e-5 * whole ? whole : static_cast<double>(input[d]) * numbers[d];
    axes.push_back(axis);
  }
  return axes;
}

// The beginnings of all dimensions, then the ends, as shares of the extents.
Status read_roi(NodeLowering& node, std::vector<ResizeAxis>& axes) {
  if (!is_given(node, 1)) return node.error("tf_crop_and_resize needs the input roi");
  TILECAST_TRY(const auto roi, node.constant_numbers(1, "roi"));
  if (roi.size() != 2 * axes.size()) return node.error(fmt::format("its roi needs {} numbers", 2 * axes.size()));
  for (std::size_t d = 0; d < axes.size(); ++d) {
    axes[d].roi_begin = roi[d];
    axes[d].roi_end = roi[axes.size() + d];
    if (!std::isfinite(axes[d].roi_begin) || !std::isfinite(axes[d].roi_end))
      return node.error("its roi is not finite");
  }
  return Unit{};
}

// In which order the operator `resize` takes the value: batch and channels keep their extents, places fit 32 bits.
std::optional<DimOrder> image_order(const ResizeRule& rule, const std::vector<ResizeAxis>& axes) {
  static const Words kCoordinates = {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"};
  if (rule.mode == "cubic" || !kCoordinates.contains(rule.coordinates)) return std::nullopt;
  if (axes.size() < 3 || axes.size() > 5) return std::nullopt;
  const auto keeps = [](const ResizeAxis& axis) {
    return axis.in == axis.out && axis.resized == static_cast<double>(axis.out);
  };
  const bool fits = std::all_of(axes.begin(), axes.end(), [](const ResizeAxis& axis) {
    return axis.resized == static_cast<double>(axis.out) &&
           8 * axis.in * axis.out <= std::numeric_limits<std::int32_t>::max();
  });
  if (!fits || !keeps(axes[0])) return std::nullopt;
  if (keeps(axes[1])) return channels_last_order(axes.size());
  if (keeps(axes.back())) return plain_order(axes.size());
  return std::nullopt;
}

Status lower_image(NodeLowering& node, const ResizeRule& rule, const DimOrder& order, const Shape& output) {
  Attributes attributes{{"mode", rule.mode}, {"coordinates", rule.coordinates}};
  if (rule.mode == "nearest") attributes.set("rounding", rule.rounding);
  TILECAST_TRY(const NetworkId x, node.stored(0, order));
  TILECAST_TRY(const NetworkId value, node.emit_float("resize", {x}, attributes, stored_shape(output, order)));
  node.set_output(0, {value, order});
  return Unit{};
}

Status lower_by_axes(NodeLowering& node, const ResizeRule& rule, const std::vector<ResizeAxis>& axes) {
  const View x = node.view(0);
  std::vector<AxisTable> tables;
  NetworkId value = x.value;
  for (std::size_t d = 0; d < axes.size(); ++d) {
    tables.push_back(axis_table(rule, axes[d]));
    if (tables.back().keeps_places() && axes[d].in == axes[d].out) continue;
    TILECAST_TRY(value, apply_table(node, value, x.order[d], tables.back()));
  }
  const double fill = node.attributes().get_float("extrapolation_value", 0);
  if (!std::isfinite(fill)) return node.error("its attribute 'extrapolation_value' is not finite");
  for (std::size_t d = 0; d < axes.size(); ++d) {
    TILECAST_TRY(value, fill_outside(node, value, x.order[d], tables[d], fill));
  }
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status lower_resize(NodeLowering& node) {
  if (node.dtype(0) != DataType::kFloat32) return node.error("only float32 elements are supported");
  TILECAST_TRY(const ResizeRule rule, read_rule(node));
  TILECAST_TRY(std::vector<ResizeAxis> axes, read_extents(node));
  if (rule.coordinates == "tf_crop_and_resize") TILECAST_CHECK(read_roi(node, axes));
  const auto order = image_order(rule, axes);
  if (!order) return lower_by_axes(node, rule, axes);
  Shape output;
  for (const ResizeAxis& axis : axes) output.push_back(axis.out);
  return lower_image(node, rule, *order, output);
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
