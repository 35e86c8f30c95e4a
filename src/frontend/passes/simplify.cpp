#include <algorithm>
#include <numeric>

#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

using Ints = std::vector<std::int64_t>;

bool all_are(const ChannelOperand& operand, double value) {
  return std::all_of(operand.values.begin(), operand.values.end(), [&](double v) { return v == value; });
}

// The value that x + 0, x - 0, x * 1, x / 1 or x ^ 1 leaves as it is.
std::optional<NetworkId> neutral(const Network& network, NetworkId id) {
  const std::string& op = network.node(id).op;
  const bool commutes = op == "add" || op == "mul";
  if (!commutes && op != "sub" && op != "div" && op != "pow") return std::nullopt;
  const auto operand = channel_operand(network, id);
  if (!operand || (operand->left && !commutes)) return std::nullopt;
  if (!all_are(*operand, op == "add" || op == "sub" ? 0 : 1)) return std::nullopt;
  return operand->x;
}

// The value that `id` repeats.
std::optional<NetworkId> repeated(const Network& network, NetworkId id) {
  const NetworkNode& node = network.node(id);
  if (const auto x = neutral(network, id)) return x;
  if (node.inputs.empty() || node.type != network.node(node.inputs[0]).type) return std::nullopt;
  if (node.op == "reshape" || node.op == "cast" || node.op == "expand") return node.inputs[0];
  if (node.op != "transpose") return std::nullopt;
  const Ints perm = node.attributes.get_ints("perm");
  if (!std::is_sorted(perm.begin(), perm.end())) return std::nullopt;
  return node.inputs[0];
}

NetworkNode reshape_of(const NetworkNode& node, NetworkId input) {
  return {node.name, "reshape", {input}, {{"shape", node.type.shape}}, node.type};
}

// One movement instead of the two at `id` and its input, or a view instead of a movement.
std::optional<NetworkNode> shorter(const Network& network, NetworkId id) {
  NetworkNode node = network.node(id);
  if (node.op != "reshape" && node.op != "transpose") return std::nullopt;
  const NetworkNode& input = network.node(node.inputs[0]);
  if (node.op == "reshape") {
    if (input.op != "reshape") return std::nullopt;
    return reshape_of(node, input.inputs[0]);
  }
  Ints perm = node.attributes.get_ints("perm");
  // Dimensions of one element move for nothing.
  Ints moved;
  std::copy_if(perm.begin(), perm.end(), std::back_inserter(moved),
               [&](std::int64_t d) { return input.type.shape[static_cast<std::size_t>(d)] != 1; });
  if (std::is_sorted(moved.begin(), moved.end())) return reshape_of(node, node.inputs[0]);
  if (input.op != "transpose") return std::nullopt;
  const Ints first = input.attributes.get_ints("perm");
  for (std::int64_t& d : perm) d = first[static_cast<std::size_t>(d)];
  node.attributes.set("perm", perm);
  node.inputs = input.inputs;
  return node;
}

}  // namespace

bool simplify(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers&) {
    NetworkId current = id;
    // What replaces an operator may itself be of no use.
    while (true) {
      if (const auto value = repeated(network, current)) {
        redirect(network, id, *value);
        return true;
      }
      auto replacement = shorter(network, current);
      if (!replacement) break;
      current = network.add(*std::move(replacement));
    }
    if (current == id) return false;
    redirect(network, id, current);
    return true;
  });
}

}  // namespace tilecast::passes
