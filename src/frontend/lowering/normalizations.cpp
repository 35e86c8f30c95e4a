// BatchNormalization, LayerNormalization.
#include <fmt/format.h>

#include "frontend/lowering/normalization_parts.h"

namespace tilecast {
namespace {

// y = x * a + (bias - mean * a) with a = scale / sqrt(variance + epsilon): a and the rest are constants in trained
// models.
Status lower_batch_norm(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  if (node.attributes().get_int("training_mode", 0) != 0) return node.error("training_mode 1 is not supported");
  if (node.rank(0) < 2) return node.error("its input needs a batch and channels");
  const Shape channels = {node.shape(0)[1]};
  std::vector<NetworkId> parameters;
  for (std::size_t i = 1; i < 5; ++i) {
    TILECAST_TRY(const NetworkId parameter, channel_parameter(node, i));
    parameters.push_back(parameter);
  }
  const double epsilon = node.attributes().get_float("epsilon", 1e-5);
  TILECAST_TRY(const NetworkId variance, node.emit_float("add", {parameters[3]}, {{"scalar", epsilon}}, channels));
  TILECAST_TRY(const NetworkId root, node.emit_float("sqrt", {variance}, {}, channels));
  TILECAST_TRY(const NetworkId factor, node.emit_float("div", {parameters[0], root}, {}, channels));
  TILECAST_TRY(const NetworkId moved, node.emit_float("mul", {parameters[2], factor}, {}, channels));
  TILECAST_TRY(const NetworkId shift, node.emit_float("sub", {parameters[1], moved}, {}, channels));

  const View& x = node.view(0);
  const Shape stored = node.type(x.value).shape;
  TILECAST_TRY(const NetworkId a, along_channels(node, factor));
  TILECAST_TRY(const NetworkId b, along_channels(node, shift));
  TILECAST_TRY(const NetworkId scaled, node.emit_float("mul", {x.value, a}, {}, stored));
  TILECAST_TRY(const NetworkId value, node.emit_float("add", {scaled, b}, {}, stored));
  node.set_output(0, {value, node.view(0).order});
  return Unit{};
}

// Scale and bias may be broadcast to the normalised dimensions.
Result<NetworkId> parameter(NodeLowering& node, std::size_t input, const Shape& normalised) {
  TILECAST_TRY(const NetworkId value, node.plain(input));
  const Shape& own = node.type(value).shape;
  if (own == normalised) return value;
  if (broadcast_shape(own, normalised) != normalised) {
    return node.error(
        fmt::format("its scale or bias is {}, not {}", shape_to_string(own), shape_to_string(normalised)));
  }
  return node.emit_float("expand", {value}, {{"shape", normalised}}, normalised);
}

Status set_statistics(NodeLowering& node, NetworkId x, std::size_t axis, double epsilon) {
  if (!node.has_output(1) && !node.has_output(2)) return Unit{};
  Ints axes;
  for (std::size_t d = axis; d < node.rank(0); ++d) axes.push_back(static_cast<std::int64_t>(d));
  Composition c(node);
  const NetworkId mean = c.reduce("mean", x, axes);
  TILECAST_CHECK(c.finish(mean, 1));
  if (!node.has_output(2)) return Unit{};
  return c.finish(inverse_deviation(c, centre(c, x, mean, axes).variance, epsilon), 2);
}

Status lower_layer_norm(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  if (node.attributes().get_int("stash_type", 1) != 1) return node.error("only stash_type 1 (float32) is supported");
  const Shape shape = node.shape(0);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", -1), shape.size()));
  const double epsilon = node.attributes().get_float("epsilon", 1e-5);
  const Shape normalised(shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end());
  TILECAST_TRY(const NetworkId x, node.plain(0));
  std::vector<NetworkId> inputs = {x};
  for (std::size_t i = 1; i < 3; ++i) {
    if (!node.has_input(i)) continue;
    TILECAST_TRY(const NetworkId value, parameter(node, i, normalised));
    inputs.push_back(value);
  }
  const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}, {"epsilon", epsilon}};
  TILECAST_TRY(const NetworkId value, node.emit_float("layer_norm", inputs, attributes, shape));
  node.set_plain_output(value);
  return set_statistics(node, x, axis, epsilon);
}

}  // namespace

void add_normalizations(LoweringTable& table) {
  table["BatchNormalization"] = {lower_batch_norm,
                                 5,
                                 5,
                                 {{"epsilon", AttributeKind::kFloat},
                                  {"momentum", AttributeKind::kFloat},
                                  {"training_mode", AttributeKind::kInt}}};
  table["LayerNormalization"] = {
      lower_layer_norm,
      2,
      3,
      {{"axis", AttributeKind::kInt}, {"epsilon", AttributeKind::kFloat}, {"stash_type", AttributeKind::kInt}}};
}

}  // namespace tilecast
