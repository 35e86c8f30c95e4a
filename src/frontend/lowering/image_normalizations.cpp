// Normalisations over statistics of the input itself: InstanceNormalization, MeanVarianceNormalization, LRN,
// LpNormalization.
#include <fmt/format.h>

#include "frontend/lowering/normalization_parts.h"

namespace tilecast {
namespace {

// A parameter of the channels, for broadcasting against the stored input.
NetworkId parameter(NodeLowering& node, Composition& c, std::size_t input) {
  const NetworkId vector = c.take(channel_parameter(node, input));
  return vector < 0 ? vector : c.take(along_channels(node, vector));
}

Status lower_instance_norm(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  if (node.rank(0) < 3) return node.error("its input needs a batch, channels and spatial dimensions");
  const View x = node.view(0);
  Ints axes;
  for (std::size_t d = 2; d < x.order.size(); ++d) axes.push_back(static_cast<std::int64_t>(x.order[d]));
  Composition c(node);
  const NetworkId scale = parameter(node, c, 1);
  const NetworkId bias = parameter(node, c, 2);
  const Centred centred = centre(c, x.value, c.reduce("mean", x.value, axes), axes);
  const NetworkId inverse = inverse_deviation(c, centred.variance, node.attributes().get_float("epsilon", 1e-5));
  const NetworkId scaled = c.binary("mul", centred.deviation, c.binary("mul", inverse, scale));
  return c.finish(c.binary("add", scaled, bias), x.order);
}

Status lower_mean_variance(NodeLowering& node) {
  // What ONNX adds to the standard deviation.
  constexpr double kEpsilon = 1e-9;
  TILECAST_CHECK(node.require_float());
  TILECAST_TRY(const auto given, node.axes(node.attributes().get_ints("axes", {0, 2, 3}), node.rank(0)));
  const View x = node.view(0);
  Ints axes;
  for (const std::size_t axis : given) axes.push_back(static_cast<std::int64_t>(x.order[axis]));
  Composition c(node);
  const Centred centred = centre(c, x.value, c.reduce("mean", x.value, axes), axes);
  const NetworkId divisor = c.scalar("add", c.unary("sqrt", centred.variance), kEpsilon);
  return c.finish(c.binary("div", centred.deviation, divisor), x.order);
}

// The sum of the squares of neighbouring channels is a mean over a window of them, times its size.
NetworkId neighbour_mean(Composition& c, NetworkId squares, const Shape& stored, std::size_t channel,
                         std::int64_t size) {
  const auto at = stored.begin() + static_cast<std::ptrdiff_t>(channel);
  const Shape image = {element_count({stored.begin(), at}), *at, element_count({at + 1, stored.end()})};
  const std::int64_t before = (size - 1) / 2;
  const Attributes window{{"kernel", Ints{size}},
                          {"strides", Ints{1}},
                          {"dilations", Ints{1}},
                          {"pads_begin", Ints{before}},
                          {"pads_end", Ints{size - 1 - before}},
                          {"count_include_pad", std::int64_t{1}}};
  return c.reshape(c.apply("avg_pool", {c.reshape(squares, image)}, window, image), stored);
}

// x / (bias + alpha * mean of squares) ^ beta.
Status lower_lrn(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  if (node.rank(0) < 2) return node.error("its input needs a batch and channels");
  const std::int64_t size = node.attributes().get_int("size", 0);
  if (size < 1 || size > (1 << 20)) return node.error(fmt::format("its attribute 'size' is {}", size));
  const View x = node.view(0);
  Composition c(node);
  const NetworkId squares = c.binary("mul", x.value, x.value);
  const Shape stored = node.type(x.value).shape;
  const NetworkId mean = neighbour_mean(c, squares, stored, x.order[1], size);
  const NetworkId scaled = c.scalar("mul", mean, node.attributes().get_float("alpha", 1e-4));
  const NetworkId base = c.scalar("add", scaled, node.attributes().get_float("bias", 1));
  const NetworkId factor = c.scalar("pow", base, -node.attributes().get_float("beta", 0.75));
  return c.finish(c.binary("mul", x.value, factor), x.order);
}

Status lower_lp_normalization(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  const std::int64_t p = node.attributes().get_int("p", 2);
  if (p != 1 && p != 2) return node.error(fmt::format("its attribute 'p' is {}; 1 and 2 are supported", p));
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", -1), node.rank(0)));
  const View x = node.view(0);
  const Ints axes = {static_cast<std::int64_t>(x.order[axis])};
  Composition c(node);
  const NetworkId terms = p == 1 ? c.unary("abs", x.value) : c.binary("mul", x.value, x.value);
  const NetworkId sum = c.reduce("sum", terms, axes);
  return c.finish(c.binary("div", x.value, p == 1 ? sum : c.unary("sqrt", sum)), x.order);
}

}  // namespace

void add_image_normalizations(LoweringTable& table) {
  constexpr AttributeKind kInt = AttributeKind::kInt;
  constexpr AttributeKind kFloat = AttributeKind::kFloat;
  table["InstanceNormalization"] = {lower_instance_norm, 3, 3, {{"epsilon", kFloat}}};
  table["MeanVarianceNormalization"] = {lower_mean_variance, 1, 1, {{"axes", AttributeKind::kInts}}};
  table["LRN"] = {lower_lrn, 1, 1, {{"size", kInt}, {"alpha", kFloat}, {"beta", kFloat}, {"bias", kFloat}}};
  table["LpNormalization"] = {lower_lp_normalization, 1, 1, {{"axis", kInt}, {"p", kInt}}};
}

}  // namespace tilecast
