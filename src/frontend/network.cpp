#include "frontend/network.h"

#include <algorithm>
#include <cstring>

namespace tilecast {
namespace {

// Depth first without recursion: models are deep.
void visit(const Network& network, NetworkId root, std::vector<char>& done, std::vector<NetworkId>& order) {
  std::vector<std::pair<NetworkId, std::size_t>> stack{{root, 0}};
  while (!stack.empty()) {
    auto& [id, next] = stack.back();
    const NetworkNode& node = network.node(id);
    if (done[static_cast<std::size_t>(id)] != 0) {
      stack.pop_back();
    } else if (next < node.inputs.size()) {
      const NetworkId input = node.inputs[next++];
      if (done[static_cast<std::size_t>(input)] == 0) stack.emplace_back(input, 0);
    } else {
      done[static_cast<std::size_t>(id)] = 1;
      order.push_back(id);
      stack.pop_back();
    }
  }
}

}  // namespace

NetworkId Network::add(NetworkNode node) {
  nodes.push_back(std::move(node));
  return static_cast<NetworkId>(nodes.size()) - 1;
}

std::vector<NetworkId> live_order(const Network& network) {
  std::vector<char> done(network.nodes.size(), 0);
  std::vector<NetworkId> order;
  for (const NetworkOutput& output : network.outputs) visit(network, output.value, done, order);
  return order;
}

std::vector<std::vector<NetworkId>> live_readers(const Network& network) {
  std::vector<std::vector<NetworkId>> readers(network.nodes.size());
  for (const NetworkId id : live_order(network)) {
    for (const NetworkId input : network.node(id).inputs) {
      auto& list = readers[static_cast<std::size_t>(input)];
      if (list.empty() || list.back() != id) list.push_back(id);
    }
  }
  for (const NetworkOutput& output : network.outputs) {
    readers[static_cast<std::size_t>(output.value)].push_back(kReadByOutput);
  }
  return readers;
}

void redirect(Network& network, NetworkId from, NetworkId to) {
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (static_cast<NetworkId>(i) == to) continue;
    std::replace(network.nodes[i].inputs.begin(), network.nodes[i].inputs.end(), from, to);
  }
  for (NetworkOutput& output : network.outputs) {
    if (output.value == from) output.value = to;
  }
}

OpGraph single_operator_graph(const NetworkNode& node, std::span<const NetworkNode* const> inputs) {
  OpGraph graph;
  OpNode op{node.name, node.op, {}, node.attributes, node.type};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    graph.inputs.push_back({"in" + std::to_string(i), inputs[i]->type, inputs[i]->is_constant()});
    op.inputs.push_back(static_cast<ValueId>(i));
  }
  graph.nodes.push_back(std::move(op));
  graph.outputs = {static_cast<ValueId>(inputs.size())};
  return graph;
}

NetworkId add_float_constant(Network& network, const std::string& name, Shape shape, const std::vector<float>& values) {
  auto bytes = std::make_shared<std::vector<std::byte>>(values.size() * sizeof(float));
  if (!values.empty()) std::memcpy(bytes->data(), values.data(), bytes->size());
  return network.add({name, "constant", {}, {}, {DataType::kFloat32, std::move(shape)}, std::move(bytes)});
}

std::vector<float> float_values(const NetworkNode& constant) {
  std::vector<float> values(constant.constant->size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), constant.constant->data(), constant.constant->size());
  return values;
}

std::optional<double> scalar_value(const NetworkNode& node) {
  if (!node.is_constant() || element_count(node.type.shape) != 1) return std::nullopt;
  return to_numbers(node.type.dtype, *node.constant).front();
}

}  // namespace tilecast
