#include "frontend/passes/fold.h"

#include <cmath>

#include "frontend/passes/match.h"

namespace tilecast::passes {

bool has_constant_weight(const Network& network, NetworkId id) {
  const NetworkNode& node = network.node(id);
  if (node.op != "conv" && node.op != "conv_transpose" && node.op != "dense") return false;
  if (node.type.dtype != DataType::kFloat32 || node.inputs.size() != 2) return false;
  const NetworkNode& weight = network.node(node.inputs[1]);
  return weight.is_constant() && weight.type.dtype == DataType::kFloat32 &&
         weight.type.shape.back() == node.type.shape.back();
}

std::optional<NetworkId> scale_weight(Network& network, NetworkId product, std::span<const double> scale) {
  NetworkNode node = network.node(product);
  const NetworkNode weight = network.node(node.inputs[1]);
  std::vector<float> values = float_values(weight);
  std::size_t channel = 0;
  for (float& value : values) {
    value = static_cast<float>(value * scale[channel]);
    if (!std::isfinite(value)) return std::nullopt;
    if (++channel == scale.size()) channel = 0;
  }
  node.inputs[1] = add_float_constant(network, weight.name, weight.type.shape, values);
  return network.add(std::move(node));
}

}  // namespace tilecast::passes
