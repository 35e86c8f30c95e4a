// MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/windows.h"

namespace tilecast {
namespace {

// The spatial extents of the output. With ceil_mode a last window that is only partly in the input counts, and the
// padding at the end becomes what that window needs. About one that begins behind the input, ONNX's releases disagree.
Result<Shape> fit_windows(const NodeLowering& node, const Shape& spatial, OnnxWindow& window) {
  const bool up = node.attributes().get_int("ceil_mode", 0) != 0;
  Shape output;
  for (std::size_t d = 0; d < spatial.size(); ++d) {
    const std::int64_t available = spatial[d] + window.pads_begin[d] + window.pads_end[d] - window.reach(d);
    if (available < 0) return node.error(fmt::format("its window does not fit an input of {}", spatial[d]));
    const std::int64_t stride = window.strides[d];
    const std::int64_t count = (available + (up ? stride - 1 : 0)) / stride + 1;
    if (up && (count - 1) * stride >= spatial[d] + window.pads_begin[d]) {
      return node.error("with ceil_mode its last window begins behind the input, which is not supported");
    }
    if (up) {
      const std::int64_t needed = (count - 1) * stride + window.reach(d) - spatial[d] - window.pads_begin[d];
      window.pads_end[d] = std::max(window.pads_end[d], needed);
    }
    output.push_back(count);
  }
  return output;
}

// Zeros around the image that count as elements, where the windows of ceil_mode reach beyond them: those do not count.
Result<NetworkId> pad_image(NodeLowering& node, NetworkId x, OnnxWindow& window, const OnnxWindow& declared) {
  Shape shape = node.type(x).shape;
  Ints begin(shape.size(), 0);
  Ints end(shape.size(), 0);
  for (std::size_t d = 0; d < window.kernel.size(); ++d) {
    begin[d + 1] = declared.pads_begin[d];
    end[d + 1] = declared.pads_end[d];
    shape[d + 1] += begin[d + 1] + end[d + 1];
    window.pads_begin[d] = 0;
    window.pads_end[d] -= declared.pads_end[d];
  }
  const Attributes attributes{{"pads_begin", begin}, {"pads_end", end}, {"mode", std::string("constant")}};
  return node.emit_float("pad", {x}, attributes, shape);
}

Status lower_pool(NodeLowering& node, const std::string& op) {
  TILECAST_CHECK(node.require_float());
  TILECAST_CHECK(require_image(node, 0));
  const Shape input = node.shape(0);
  const Shape spatial(input.begin() + 2, input.end());
  TILECAST_TRY(const OnnxWindow declared, read_window(node, node.attributes().get_ints("kernel_shape"), spatial));
  OnnxWindow window = declared;
  TILECAST_TRY(const Shape extents, fit_windows(node, spatial, window));
  const DimOrder order = channels_last_order(input.size());
  TILECAST_TRY(NetworkId x, node.stored(0, order));
  std::int64_t counts_padding = node.attributes().get_int("count_include_pad", 0);
  if (counts_padding != 0 && window.pads_end != declared.pads_end) {
    TILECAST_TRY(x, pad_image(node, x, window, declared));
    counts_padding = 0;
  }
  Shape output = {input[0]};
  output.insert(output.end(), extents.begin(), extents.end());
  output.push_back(input[1]);
  Attributes attributes = window_attributes(window);
  attributes.set("kernel", window.kernel);
  if (op == "avg_pool") attributes.set("count_include_pad", counts_padding);
  TILECAST_TRY(const NetworkId value, node.emit_float(op, {x}, std::move(attributes), output));
  node.set_output(0, {value, order});
  return Unit{};
}

Status lower_global(NodeLowering& node, const std::string& kind) {
  TILECAST_CHECK(node.require_float());
  if (node.rank(0) < 3) return node.error("its input has no spatial dimension");
  const View x = node.view(0);
  Shape stored = node.type(x.value).shape;
  Ints axes;
  for (std::size_t d = 2; d < x.order.size(); ++d) {
    axes.push_back(static_cast<std::int64_t>(x.order[d]));
    stored[x.order[d]] = 1;
  }
  const Attributes attributes{{"kind", kind}, {"axes", axes}, {"keepdims", std::int64_t{1}}};
  TILECAST_TRY(const NetworkId value, node.emit_float("reduce", {x.value}, attributes, stored));
  node.set_output(0, {value, x.order});
  return Unit{};
}

}  // namespace

void add_pools(LoweringTable& table) {
  std::map<std::string, AttributeKind> window = {
      {"kernel_shape", AttributeKind::kInts}, {"strides", AttributeKind::kInts},    {"dilations", AttributeKind::kInts},
      {"pads", AttributeKind::kInts},         {"auto_pad", AttributeKind::kString}, {"ceil_mode", AttributeKind::kInt}};
  auto average = window;
  average["count_include_pad"] = AttributeKind::kInt;
  window["storage_order"] = AttributeKind::kInt;  // of the second output only, which is not made
  table["MaxPool"] = {[](NodeLowering& node) { return lower_pool(node, "max_pool"); }, 1, 1, window};
  table["AveragePool"] = {[](NodeLowering& node) { return lower_pool(node, "avg_pool"); }, 1, 1, average};
  table["GlobalMaxPool"] = {[](NodeLowering& node) { return lower_global(node, "max"); }};
  table["GlobalAveragePool"] = {[](NodeLowering& node) { return lower_global(node, "mean"); }};
}

}  // namespace tilecast
