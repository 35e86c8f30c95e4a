// Builds small Networks by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "frontend/network.h"

namespace tilecast::testing {

class NetworkBuilder {
 public:
  NetworkId input(const std::string& name, Shape shape, DataType type = DataType::kFloat32) {
    const NetworkId id = network.add({name, "input", {}, {}, {type, std::move(shape)}, nullptr});
    network.inputs.push_back(id);
    return id;
  }

  // Seeded random values in [-1, 1).
  NetworkId weight(const std::string& name, Shape shape) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = static_cast<float>(2 * random_.uniform() - 1);
    return add_float_constant(network, name, std::move(shape), values);
  }

  // Named after the operator and how many nodes came before.
  NetworkId op(const std::string& op, std::vector<NetworkId> inputs, Shape shape, Attributes attributes = {}) {
    const std::string name = op + std::to_string(network.nodes.size());
    return network.add(
        {name, op, std::move(inputs), std::move(attributes), {DataType::kFloat32, std::move(shape)}, {}});
  }

  void output(NetworkId value) { network.outputs.push_back({network.node(value).name, value}); }

  Network network;

 private:
  Random random_{1};
};

}  // namespace tilecast::testing
