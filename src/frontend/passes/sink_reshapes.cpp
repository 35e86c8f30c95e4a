#include <algorithm>
#include <set>

#include "frontend/fusion_kind.h"
#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

bool is_elementwise(const NetworkNode& node) {
  static const std::set<std::string_view> kOps = {
      "add",  "sub",   "mul",  "div",        "pow",       "min",      "max",        "relu",         "sigmoid",
      "tanh", "exp",   "log",  "sqrt",       "erf",       "neg",      "abs",        "reciprocal",   "clip",
      "elu",  "rsqrt", "silu", "leaky_relu", "gelu_tanh", "gelu_erf", "hard_swish", "hard_sigmoid", "softplus"};
  return kOps.contains(node.op);
}

// Whether `id`, which `reader` alone reads, comes out of a product through nothing but element-wise operators: what
// follows it can be computed with the product.
bool ends_product(const Network& network, NetworkId id, NetworkId reader, const Readers& readers, int depth = 8) {
  const NetworkNode& node = network.node(id);
  if (depth == 0 || only_reader(readers, id) != reader) return false;
  if (fusion_kind(node) == FusionKind::kProduct) return true;
  return is_elementwise(node) && std::any_of(node.inputs.begin(), node.inputs.end(), [&](NetworkId input) {
           return ends_product(network, input, id, readers, depth - 1);
         });
}

// An operand in the shape that the operator has without the reshape.
std::optional<NetworkId> reshaped_operand(Network& network, NetworkId operand, const Shape& from, const Shape& to) {
  NetworkNode node = network.node(operand);
  const bool is_row = node.type.shape.size() == 1 && from.back() == to.back();
  if (is_row || element_count(node.type.shape) == 1) return operand;
  if (node.type.shape != from) return std::nullopt;
  node.type.shape = to;
  if (node.is_constant()) return network.add(std::move(node));
  return network.add({node.name, "reshape", {operand}, {{"shape", to}}, node.type});
}

bool sink(Network& network, NetworkId id, std::size_t which, const Readers& readers) {
  NetworkNode node = network.node(id);
  const NetworkId view = node.inputs[which];
  const NetworkNode reshape = network.node(view);
  if (reshape.op != "reshape" || reshape.type != node.type || only_reader(readers, view) != id) return false;
  const NetworkId x = reshape.inputs[0];
  const Shape to = network.node(x).type.shape;
  if (to.empty() || !ends_product(network, x, view, readers)) return false;
  const TensorType outer = node.type;
  node.type.shape = to;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (i == which) {
      node.inputs[i] = x;
      continue;
    }
    // Of two products the operator stays with the one that it follows.
    if (node.inputs[i] == view || ends_product(network, node.inputs[i], id, readers)) return false;
    const auto operand = reshaped_operand(network, node.inputs[i], outer.shape, to);
    if (!operand) return false;
    node.inputs[i] = *operand;
  }
  const std::string name = node.name;
  const NetworkId inner = network.add(std::move(node));
  redirect(network, id, network.add({name, "reshape", {inner}, {{"shape", outer.shape}}, outer}));
  return true;
}

}  // namespace

bool sink_reshapes(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers& readers) {
    if (!is_elementwise(network.node(id))) return false;
    for (std::size_t i = 0; i < network.node(id).inputs.size(); ++i) {
      if (sink(network, id, i, readers)) return true;
    }
    return false;
  });
}

}  // namespace tilecast::passes
