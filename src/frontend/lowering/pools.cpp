// MaxPool, AveragePool, LpPool and their global forms.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/windows.h"

namespace tilecast {
namespace {

// The spatial extents of the output. With ceil_mode a last window that is only partly in the input counts, and the
// padding at the end becomes what that window needs, also where it begins behind the input (later releases of ONNX
// leave that one out; up to opset 17 the output's shape holds it).
Result<Shape> fit_windows(const NodeLowering& node, const Shape& spatial, OnnxWindow& window) {
  const bool up = node.attributes().get_int("ceil_mode", 0) != 0;
  Shape output;
  for (std::size_t d = 0; d < spatial.size(); ++d) {
    const std::int64_t available = spatial[d] + window.pads_begin[d] + window.pads_end[d] - window.reach(d);
    if (available < 0) return node.error(fmt::format("its window does not fit an input of {}", spatial[d]));
    const std::int64_t stride = window.strides[d];
    const std::int64_t count = (available + (up ? stride - 1 : 0)) / stride + 1;
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

// An image stored channels last, pooled by the node's window.
struct Pooled {
  NetworkId value = -1;
  OnnxWindow window;
};

Attributes pool_attributes(const OnnxWindow& window) {
  Attributes attributes = window_attributes(window);
  attributes.set("kernel", window.kernel);
  return attributes;
}

Result<Pooled> pool(NodeLowering& node, const std::string& op, NetworkId x, bool counts_padding) {
  const Shape input = node.shape(0);
  const Shape spatial(input.begin() + 2, input.end());
  TILECAST_TRY(const OnnxWindow declared, read_window(node, node.attributes().get_ints("kernel_shape"), spatial));
  OnnxWindow window = declared;
  TILECAST_TRY(const Shape extents, fit_windows(node, spatial, window));
  if (counts_padding && window.pads_end != declared.pads_end) {
    TILECAST_TRY(x, pad_image(node, x, window, declared));
    counts_padding = false;
  }
  Shape output = {input[0]};
  output.insert(output.end(), extents.begin(), extents.end());
  output.push_back(input[1]);
  Attributes attributes = pool_attributes(window);
  if (op == "avg_pool") attributes.set("count_include_pad", std::int64_t{counts_padding});
  TILECAST_TRY(const NetworkId value, node.emit_float(op, {x}, std::move(attributes), output));
  return Pooled{value, window};
}

Result<NetworkId> image_input(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  TILECAST_CHECK(require_image(node, 0));
  return node.stored(0, channels_last_order(node.rank(0)));
}

Status lower_max_pool(NodeLowering& node) {
  TILECAST_TRY(const NetworkId x, image_input(node));
  TILECAST_TRY(const Pooled pooled, pool(node, "max_pool", x, false));
  const DimOrder order = channels_last_order(node.rank(0));
  node.set_output(0, {pooled.value, order});
  if (!node.has_output(1)) return Unit{};
  Attributes attributes = pool_attributes(pooled.window);
  attributes.set("column_major", std::int64_t{node.attributes().get_int("storage_order", 0) != 0});
  const TensorType type{DataType::kInt64, node.type(pooled.value).shape};
  TILECAST_TRY(const NetworkId index, node.emit("max_pool_index", {x, pooled.value}, std::move(attributes), type));
  node.set_output(1, {index, order});
  return Unit{};
}

Status lower_average_pool(NodeLowering& node) {
  TILECAST_TRY(const NetworkId x, image_input(node));
  const bool counts_padding = node.attributes().get_int("count_include_pad", 0) != 0;
  TILECAST_TRY(const Pooled pooled, pool(node, "avg_pool", x, counts_padding));
  node.set_output(0, {pooled.value, channels_last_order(node.rank(0))});
  return Unit{};
}

Result<double> norm_of(const NodeLowering& node) {
  const std::int64_t p = node.attributes().get_int("p", 2);
  if (p >= 1) return static_cast<double>(p);
  return node.error(fmt::format("its attribute 'p' is {}, which is not supported", p));
}

// |x|^p.
Result<NetworkId> power(NodeLowering& node, NetworkId x, double p) {
  const Shape shape = node.type(x).shape;
  if (p == 2) return node.emit_float("mul", {x, x}, {}, shape);
  TILECAST_TRY(const NetworkId magnitude, node.emit_float("abs", {x}, {}, shape));
  if (p == 1) return magnitude;
  return node.emit_float("pow", {magnitude}, {{"scalar", p}}, shape);
}

Result<NetworkId> root(NodeLowering& node, NetworkId x, double p) {
  const Shape shape = node.type(x).shape;
  if (p == 1) return x;
  if (p == 2) return node.emit_float("sqrt", {x}, {}, shape);
  return node.emit_float("pow", {x}, {{"scalar", 1 / p}}, shape);
}

// The sum over a window is its average times its elements, those of the padding counted.
Status lower_lp_pool(NodeLowering& node) {
  TILECAST_TRY(const double p, norm_of(node));
  TILECAST_TRY(NetworkId value, image_input(node));
  TILECAST_TRY(value, power(node, value, p));
  TILECAST_TRY(const Pooled pooled, pool(node, "avg_pool", value, true));
  const auto elements = static_cast<double>(element_count(pooled.window.kernel));
  TILECAST_TRY(value, node.emit_float("mul", {pooled.value}, {{"scalar", elements}}, node.type(pooled.value).shape));
  TILECAST_TRY(value, root(node, value, p));
  node.set_output(0, {value, channels_last_order(node.rank(0))});
  return Unit{};
}

// A value in the input's own order, reduced over the spatial dimensions.
Result<NetworkId> reduce_image(NodeLowering& node, NetworkId x, const std::string& kind) {
  if (node.rank(0) < 3) return node.error("its input has no spatial dimension");
  const DimOrder order = node.view(0).order;
  Shape stored = node.type(x).shape;
  Ints axes;
  for (std::size_t d = 2; d < order.size(); ++d) {
    axes.push_back(static_cast<std::int64_t>(order[d]));
    stored[order[d]] = 1;
  }
  const Attributes attributes{{"kind", kind}, {"axes", axes}, {"keepdims", std::int64_t{1}}};
  return node.emit_float("reduce", {x}, attributes, stored);
}

Status lower_global(NodeLowering& node, const std::string& kind) {
  TILECAST_CHECK(node.require_float());
  const View x = node.view(0);
  TILECAST_TRY(const NetworkId value, reduce_image(node, x.value, kind));
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status lower_global_lp(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  TILECAST_TRY(const double p, norm_of(node));
  const View x = node.view(0);
  TILECAST_TRY(NetworkId value, power(node, x.value, p));
  TILECAST_TRY(value, reduce_image(node, value, "sum"));
  TILECAST_TRY(value, root(node, value, p));
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
  auto largest = window;
  largest["storage_order"] = AttributeKind::kInt;
  window["p"] = AttributeKind::kInt;
  table["MaxPool"] = {lower_max_pool, 1, 1, largest};
  table["AveragePool"] = {lower_average_pool, 1, 1, average};
  table["LpPool"] = {lower_lp_pool, 1, 1, window};
  table["GlobalMaxPool"] = {[](NodeLowering& node) { return lower_global(node, "max"); }};
  table["GlobalAveragePool"] = {[](NodeLowering& node) { return lower_global(node, "mean"); }};
  table["GlobalLpPool"] = {lower_global_lp, 1, 1, {{"p", AttributeKind::kInt}}};
}

}  // namespace tilecast
