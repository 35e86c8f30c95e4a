// MaxUnpool.
#include <fmt/format.h>

#include "frontend/lowering/windows.h"

namespace tilecast {
namespace {

// Zeros behind each spatial dimension, up to the extents of the input `output_shape`.
Result<NetworkId> extend(NodeLowering& node, NetworkId value, const DimOrder& order) {
  TILECAST_TRY(const Ints wanted, node.constant_ints(2, "output_shape"));
  Shape shape = onnx_shape(node.type(value).shape, order);
  if (wanted.size() != shape.size()) return node.error(fmt::format("its output_shape needs {} entries", shape.size()));
  Ints after(shape.size(), 0);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (wanted[d] < shape[d] || (d < 2 && wanted[d] != shape[d]) || wanted[d] > (1 << 20)) {
      return node.error(
          fmt::format("its output of {} cannot be extended to [{}]", shape_to_string(shape), fmt::join(wanted, ", ")));
    }
    after[d] = wanted[d] - shape[d];
  }
  if (wanted == shape) return value;
  const Attributes padding{{"pads_begin", Ints(shape.size(), 0)},
                           {"pads_end", stored_shape(after, order)},
                           {"mode", std::string("constant")}};
  return node.emit_float("pad", {value}, padding, stored_shape(wanted, order));
}

Status lower_max_unpool(NodeLowering& node) {
  if (node.dtype(0) != DataType::kFloat32 || node.dtype(1) != DataType::kInt64) {
    return node.error("its inputs must be float32 and int64");
  }
  TILECAST_CHECK(require_image(node, 0));
  const Shape input = node.shape(0);
  if (node.shape(1) != input) return node.error("its inputs have different shapes");
  const Shape spatial(input.begin() + 2, input.end());
  TILECAST_TRY(const OnnxWindow window, read_window(node, node.attributes().get_ints("kernel_shape"), spatial));
  const DimOrder order = channels_last_order(input.size());
  Shape output = input;
  for (std::size_t d = 0; d < spatial.size(); ++d) {
    output[d + 2] = (spatial[d] - 1) * window.strides[d] + window.kernel[d] - window.pads_begin[d] - window.pads_end[d];
    if (output[d + 2] < 1) return node.error("its padding leaves nothing of the output");
  }
  TILECAST_TRY(const NetworkId x, node.stored(0, order));
  TILECAST_TRY(const NetworkId indices, node.stored(1, order));
  Attributes attributes = window_attributes(window);
  attributes.set("kernel", window.kernel);
  TILECAST_TRY(NetworkId value,
               node.emit_float("max_unpool", {x, indices}, std::move(attributes), stored_shape(output, order)));
  if (node.has_input(2)) {
    TILECAST_TRY(value, extend(node, value, order));
  }
  node.set_output(0, {value, order});
  return Unit{};
}

}  // namespace

void add_unpool(LoweringTable& table) {
  table["MaxUnpool"] = {
      lower_max_unpool,
      2,
      3,
      {{"kernel_shape", AttributeKind::kInts}, {"strides", AttributeKind::kInts}, {"pads", AttributeKind::kInts}}};
}

}  // namespace tilecast
