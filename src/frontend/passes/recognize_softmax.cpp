#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

struct SoftmaxMatch {
  NetworkId x = -1;
  std::int64_t axis = 0;
};

std::optional<SoftmaxMatch> match_softmax(const Network& network, const Quotient& quotient) {
  const NetworkNode& sum = network.node(quotient.denominator);
  if (quotient.root || sum.op != "reduce" || sum.inputs[0] != quotient.numerator) return std::nullopt;
  const auto axes = sum.attributes.get_ints("axes");
  if (axes.size() != 1 || !is_reduction(network, quotient.denominator, "sum", axes)) return std::nullopt;
  if (!is_float_op(network, quotient.numerator, "exp")) return std::nullopt;
  const NetworkId exponent = network.node(quotient.numerator).inputs[0];
  const NetworkNode& difference = network.node(exponent);
  if (!is_float_op(network, exponent, "sub") || difference.inputs.size() != 2) return std::nullopt;
  const NetworkId x = difference.inputs[0];
  const NetworkId greatest = difference.inputs[1];
  if (!is_reduction(network, greatest, "max", axes) || network.node(greatest).inputs[0] != x) return std::nullopt;
  return SoftmaxMatch{x, axes[0]};
}

}  // namespace

bool recognize_softmax(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers&) {
    for (const Quotient& quotient : quotients(network, id)) {
      const auto match = match_softmax(network, quotient);
      if (!match) continue;
      const NetworkNode node = network.node(id);
      redirect(network, id, network.add({node.name, "softmax", {match->x}, {{"axis", match->axis}}, node.type}));
      return true;
    }
    return false;
  });
}

}  // namespace tilecast::passes
