// RoiAlign.
#include <fmt/format.h>

#include <cmath>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {
namespace {

// Before opset 16 regions were not moved by half an element, and smaller ones than an element were made as large.
Result<bool> shifts_by_half(const NodeLowering& node) {
  const std::string fallback = node.node().opset < 16 ? "output_half_pixel" : "half_pixel";
  const std::string mode = node.attributes().get_string("coordinate_transformation_mode", fallback);
  if (mode == "half_pixel") return true;
  if (mode == "output_half_pixel") return false;
  return node.error(
      fmt::format("its attribute 'coordinate_transformation_mode' is '{}', which is not supported", mode));
}

Status lower_roi_align(NodeLowering& node) {
  if (node.dtype(0) != DataType::kFloat32 || node.dtype(1) != DataType::kFloat32 || is_float(node.dtype(2))) {
    return node.error("its inputs must be float32, float32 and whole numbers");
  }
  if (node.rank(0) != 4 || node.rank(1) != 2) return node.error("its inputs X and rois need 4 and 2 dimensions");
  const Attributes& given = node.attributes();
  const std::int64_t height = given.get_int("output_height", 1);
  const std::int64_t width = given.get_int("output_width", 1);
  const std::int64_t samples = given.get_int("sampling_ratio", 0);
  const double scale = given.get_float("spatial_scale", 1);
  if (height < 1 || width < 1 || height > (1 << 20) || width > (1 << 20)) {
    return node.error(fmt::format("an output of {} x {} is not supported", height, width));
  }
  if (samples < 1) {
    return node.error(fmt::format(
        "its attribute 'sampling_ratio' is {}: a number of samples that depends on the region is not supported",
        samples));
  }
  if (!std::isfinite(scale)) return node.error("its attribute 'spatial_scale' is not finite");
  TILECAST_TRY(const bool half_pixel, shifts_by_half(node));
  const DimOrder order = channels_last_order(4);
  TILECAST_TRY(const NetworkId x, node.stored(0, order));
  TILECAST_TRY(const NetworkId rois, node.plain(1));
  TILECAST_TRY(const NetworkId images, node.plain(2));
  const Attributes attributes{{"mode", given.get_string("mode", "avg")},
                              {"samples", samples},
                              {"scale", scale},
                              {"half_pixel", std::int64_t{half_pixel}}};
  const Shape output = {node.shape(1)[0], height, width, node.shape(0)[1]};
  TILECAST_TRY(const NetworkId value, node.emit_float("roi_align", {x, rois, images}, attributes, output));
  node.set_output(0, {value, order});
  return Unit{};
}

}  // namespace

void add_roi_align(LoweringTable& table) {
  table["RoiAlign"] = {lower_roi_align,
                       3,
                       3,
                       {{"mode", AttributeKind::kString},
                        {"output_height", AttributeKind::kInt},
                        {"output_width", AttributeKind::kInt},
                        {"sampling_ratio", AttributeKind::kInt},
                        {"spatial_scale", AttributeKind::kFloat},
                        {"coordinate_transformation_mode", AttributeKind::kString}}};
}

}  // namespace tilecast
