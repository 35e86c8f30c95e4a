// Computes a Network operator by operator with the interpreter: slow, and without anything that tasks, schedules or
// compiled code could get wrong.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontend/constant_folding.h"
#include "frontend/network.h"
#include "ir/npy.h"

namespace tilecast {

// The outputs in their order. `inputs` by the name of the network's input; a missing one, or one of another type, is an
// error.
inline Result<std::vector<NpyArray>> evaluate_network(const Network& network,
                                                      const std::map<std::string, NpyArray>& inputs) {
  std::vector<NetworkNode> values(network.nodes.size());
  for (const NetworkId id : live_order(network)) {
    const NetworkNode& node = network.node(id);
    NetworkNode& value = values[static_cast<std::size_t>(id)];
    value = node;
    if (node.is_constant()) continue;
    if (node.is_input()) {
      const auto given = inputs.find(node.name);
      if (given == inputs.end() || given->second.type != node.type) return Error{"no value for input " + node.name};
      value.constant = std::make_shared<const std::vector<std::byte>>(given->second.bytes);
      continue;
    }
    std::vector<const NetworkNode*> arguments;
    for (const NetworkId input : node.inputs) arguments.push_back(&values[static_cast<std::size_t>(input)]);
    TILECAST_TRY(value.constant, evaluate_constant(node, arguments));
  }
  std::vector<NpyArray> outputs;
  for (const NetworkOutput& output : network.outputs) {
    const NetworkNode& value = values[static_cast<std::size_t>(output.value)];
    outputs.push_back({value.type, *value.constant});
  }
  return outputs;
}

}  // namespace tilecast
