// Network: a whole model in Tilecast's operators (docs/operators.md), what the frontend's passes rewrite and what is
// cut into tasks.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/op_graph.h"

namespace tilecast {

using ConstantBytes = std::shared_ptr<const std::vector<std::byte>>;

// Index into Network::nodes. Passes append nodes and redirect readers; ids stay valid.
using NetworkId = int;

// One value: an input of the model (op "input"), a constant (op "constant", with its elements) or an operator's output.
struct NetworkNode {
  std::string name;
  std::string op;
  std::vector<NetworkId> inputs;
  Attributes attributes;
  TensorType type;
  ConstantBytes constant;  // row-major; only of op "constant"

  bool is_constant() const { return constant != nullptr; }
  bool is_input() const { return op == "input"; }
};

struct NetworkOutput {
  std::string name;
  NetworkId value;
};

struct Network {
  std::vector<NetworkNode> nodes;  // in any order, with dead ones among them: see live_order
  std::vector<NetworkId> inputs;   // the model's, in its order
  std::vector<NetworkOutput> outputs;

  const NetworkNode& node(NetworkId id) const { return nodes[static_cast<std::size_t>(id)]; }
  NetworkNode& node(NetworkId id) { return nodes[static_cast<std::size_t>(id)]; }
  NetworkId add(NetworkNode node);
};

// The nodes that outputs depend on, each after what it reads, in the order of their making where that leaves a choice.
std::vector<NetworkId> live_order(const Network& network);

// For each node, the live nodes that read it (once each), then kReadByOutput when the model's outputs do.
inline constexpr NetworkId kReadByOutput = -1;
std::vector<std::vector<NetworkId>> live_readers(const Network& network);

// Makes all that reads `from` (outputs included) read `to`, except `to` itself.
void redirect(Network& network, NetworkId from, NetworkId to);

// The node by itself as a graph; `inputs` are what it reads, in order.
OpGraph single_operator_graph(const NetworkNode& node, std::span<const NetworkNode* const> inputs);

// A constant of float32 elements.
NetworkId add_float_constant(Network& network, const std::string& name, Shape shape, const std::vector<float>& values);
// The elements of a float32 constant.
std::vector<float> float_values(const NetworkNode& constant);

// The only element of a constant as a number; nothing when it is no constant or has more than one element.
std::optional<double> scalar_value(const NetworkNode& node);

}  // namespace tilecast
