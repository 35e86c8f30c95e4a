#include "frontend/lowering/normalization_parts.h"

#include <fmt/format.h>

namespace tilecast {

Result<NetworkId> channel_parameter(NodeLowering& node, std::size_t input) {
  const std::int64_t channels = node.shape(0)[1];
  if (node.shape(input) == Shape{channels}) return node.plain(input);
  return node.error(fmt::format("its parameter {} is {}, not {}", input, shape_to_string(node.shape(input)), channels));
}

Result<NetworkId> along_channels(NodeLowering& node, NetworkId vector) {
  const DimOrder& order = node.view(0).order;
  return node.reshape(vector, vector_shape(order[1], order.size(), node.shape(0)[1]));
}

Centred centre(Composition& c, NetworkId x, NetworkId mean, const Ints& axes) {
  const NetworkId deviation = c.binary("sub", x, mean);
  return {deviation, c.reduce("mean", c.binary("mul", deviation, deviation), axes)};
}

NetworkId inverse_deviation(Composition& c, NetworkId variance, double epsilon) {
  return c.unary("rsqrt", c.scalar("add", variance, epsilon));
}

}  // namespace tilecast
