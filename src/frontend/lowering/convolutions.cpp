// Conv, ConvTranspose.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/parts.h"
#include "frontend/lowering/windows.h"

namespace tilecast {
namespace {

constexpr std::int64_t kMostOutput = 1 << 20;

Shape spatial_extents(const Shape& onnx) {
  return {onnx.begin() + 2, onnx.end()};
}

// ONNX's weight [a, b, K…] as [K…, b, a] (Conv: M, C/g) or [K…, a, b] (ConvTranspose: C, M/g).
DimOrder weight_order(std::size_t rank, bool transposed) {
  DimOrder order(rank);
  order[0] = transposed ? rank - 2 : rank - 1;
  order[1] = transposed ? rank - 1 : rank - 2;
  for (std::size_t d = 2; d < rank; ++d) order[d] = d - 2;
  return order;
}

Status check_weight(const NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  TILECAST_CHECK(require_image(node, 0));
  if (node.rank(1) != node.rank(0)) {
    return node.error(
        fmt::format("an input of {} and a weight of {} dimensions do not fit", node.rank(0), node.rank(1)));
  }
  const Shape kernel = spatial_extents(node.shape(1));
  if (node.attributes().has("kernel_shape") && node.attributes().get_ints("kernel_shape") != kernel) {
    return node.error(fmt::format("its attribute 'kernel_shape' is not the weight's {}", shape_to_string(kernel)));
  }
  if (node.attributes().get_int("group", 1) < 1) return node.error("its attribute 'group' must be positive");
  return Unit{};
}

// Adds the bias, if there is one, and sets the output.
Status finish(NodeLowering& node, NetworkId value) {
  const Shape shape = node.type(value).shape;
  if (node.has_input(2)) {
    if (node.shape(2) != Shape{shape.back()}) {
      return node.error(fmt::format("its bias is {}, not {}", shape_to_string(node.shape(2)), shape.back()));
    }
    TILECAST_TRY(const NetworkId bias, node.plain(2));
    TILECAST_TRY(value, node.emit_float("add", {value, bias}, {}, shape));
  }
  node.set_output(0, {value, channels_last_order(shape.size())});
  return Unit{};
}

// The image (stored channels last) without the elements that the window's negative padding takes away.
Result<NetworkId> crop_image(NodeLowering& node, NetworkId image, OnnxWindow& window) {
  Ints begin(window.kernel.size() + 2, 0);
  Ints end = begin;
  std::copy(window.pads_begin.begin(), window.pads_begin.end(), begin.begin() + 1);
  std::copy(window.pads_end.begin(), window.pads_end.end(), end.begin() + 1);
  TILECAST_TRY(image, crop_negative_pads(node, image, begin, end));
  window.pads_begin.assign(begin.begin() + 1, begin.end() - 1);
  window.pads_end.assign(end.begin() + 1, end.end() - 1);
  return image;
}

Status lower_conv(NodeLowering& node) {
  TILECAST_CHECK(check_weight(node));
  const Shape input = node.shape(0);
  const Shape weight = node.shape(1);
  const Shape spatial = spatial_extents(input);
  TILECAST_TRY(OnnxWindow window, read_window(node, spatial_extents(weight), spatial, true));
  TILECAST_TRY(NetworkId x, node.stored(0, channels_last_order(input.size())));
  TILECAST_TRY(const NetworkId w, node.stored(1, weight_order(input.size(), false)));
  Shape output = {input[0]};
  for (std::size_t d = 0; d < spatial.size(); ++d) {
    const std::int64_t available = spatial[d] + window.pads_begin[d] + window.pads_end[d] - window.reach(d);
    if (available < 0) return node.error(fmt::format("its kernel does not fit an input of {}", spatial[d]));
    output.push_back(available / window.strides[d] + 1);
  }
  output.push_back(weight[0]);
  TILECAST_TRY(x, crop_image(node, x, window));
  Attributes attributes = window_attributes(window);
  attributes.set("groups", node.attributes().get_int("group", 1));
  TILECAST_TRY(const NetworkId value, node.emit_float("conv", {x, w}, std::move(attributes), output));
  return finish(node, value);
}

// Zeros between the weight's elements in place of dilations, which conv_transpose does not have.
Result<NetworkId> spread_weight(NodeLowering& node, NetworkId weight, const OnnxWindow& window) {
  for (std::size_t d = 0; d < window.kernel.size(); ++d) {
    const std::int64_t dilation = window.dilations[d];
    if (dilation == 1) continue;
    const Shape from = node.type(weight).shape;
    const auto at = static_cast<std::ptrdiff_t>(d + 1);
    Shape apart = from;
    apart.insert(apart.begin() + at, 1);
    TILECAST_TRY(const NetworkId single, node.reshape(weight, apart));
    Ints pads(apart.size(), 0);
    const Ints none = pads;
    pads[d + 1] = dilation - 1;
    apart[d + 1] = dilation;
    const Attributes padding{{"pads_begin", none}, {"pads_end", pads}, {"mode", std::string("constant")}};
    TILECAST_TRY(const NetworkId padded, node.emit_float("pad", {single}, padding, apart));
    Shape joined = from;
    joined[d] *= dilation;
    TILECAST_TRY(const NetworkId wide, node.reshape(padded, joined));
    joined[d] = window.reach(d);
    const Attributes front{{"starts", Ints(joined.size(), 0)}, {"steps", Ints(joined.size(), 1)}};
    TILECAST_TRY(weight, node.emit_float("slice", {wide}, front, joined));
  }
  return weight;
}

struct TransposedWindow {
  OnnxWindow window;
  Ints output_padding;
  Shape output;  // spatial extents
};

// An attribute that gives the output's extents (output_shape or auto_pad) decides the padding.
Result<TransposedWindow> read_transposed_window(const NodeLowering& node, const Shape& spatial) {
  const Attributes& attributes = node.attributes();
  const std::size_t count = spatial.size();
  TransposedWindow result;
  TILECAST_TRY(result.window, read_window(node, spatial_extents(node.shape(1)), spatial));
  OnnxWindow& window = result.window;
  result.output_padding = attributes.get_ints("output_padding", Ints(count, 0));
  Ints wanted = attributes.get_ints("output_shape");
  const std::string automatic = attributes.get_string("auto_pad", "NOTSET");
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (result.output_padding.size() != count || (!wanted.empty() && wanted.size() != count)) {
    return node.error(fmt::format("output_padding and output_shape need {} entries", count));
  }
  for (std::size_t d = 0; d < count; ++d) {
    const std::int64_t extra = result.output_padding[d];
    if (extra < 0 || extra >= std::max(window.strides[d], window.dilations[d])) {
      return node.error(fmt::format("its attribute 'output_padding' holds {}, which is not supported", extra));
    }
    const std::int64_t full = (spatial[d] - 1) * window.strides[d] + window.reach(d) + extra;
    if (!wanted.empty() || same) {
      result.output.push_back(wanted.empty() ? spatial[d] * window.strides[d] : wanted[d]);
      if (result.output[d] < 1 || result.output[d] > kMostOutput) {
        return node.error(fmt::format("an output of {} elements is not supported", result.output[d]));
      }
      // What the kernel does not reach lies at the end.
      result.output_padding[d] += std::max<std::int64_t>(result.output[d] - full, 0);
      const std::int64_t total = std::max<std::int64_t>(full - result.output[d], 0);
      split_padding(total, automatic == "SAME_UPPER", window.pads_begin[d], window.pads_end[d]);
    } else {
      result.output.push_back(full - window.pads_begin[d] - window.pads_end[d]);
    }
  }
  return result;
}

Status lower_conv_transpose(NodeLowering& node) {
  TILECAST_CHECK(check_weight(node));
  const Shape input = node.shape(0);
  const std::int64_t groups = node.attributes().get_int("group", 1);
  TILECAST_TRY(TransposedWindow transposed, read_transposed_window(node, spatial_extents(input)));
  OnnxWindow& window = transposed.window;
  TILECAST_TRY(const NetworkId x, node.stored(0, channels_last_order(input.size())));
  TILECAST_TRY(const NetworkId weight, node.stored(1, weight_order(input.size(), true)));
  TILECAST_TRY(const NetworkId w, spread_weight(node, weight, window));
  window.dilations.assign(window.dilations.size(), 1);
  Shape output = {input[0]};
  output.insert(output.end(), transposed.output.begin(), transposed.output.end());
  output.push_back(node.shape(1)[1] * groups);
  Attributes attributes = window_attributes(window);
  attributes.set("output_padding", transposed.output_padding);
  attributes.set("groups", groups);
  TILECAST_TRY(const NetworkId value, node.emit_float("conv_transpose", {x, w}, std::move(attributes), output));
  return finish(node, value);
}

}  // namespace

void add_convolutions(LoweringTable& table) {
  const std::map<std::string, AttributeKind> window = {
      {"kernel_shape", AttributeKind::kInts}, {"strides", AttributeKind::kInts},    {"dilations", AttributeKind::kInts},
      {"pads", AttributeKind::kInts},         {"auto_pad", AttributeKind::kString}, {"group", AttributeKind::kInt}};
  auto transposed = window;
  transposed["output_padding"] = AttributeKind::kInts;
  transposed["output_shape"] = AttributeKind::kInts;
  table["Conv"] = {lower_conv, 2, 3, window};
  table["ConvTranspose"] = {lower_conv_transpose, 2, 3, transposed};
}

}  // namespace tilecast
