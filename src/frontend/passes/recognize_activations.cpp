// Every activation here is a polynomial of x and t, where t is one operator applied to a polynomial of x.
#include <cmath>
#include <numbers>
#include <set>

#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"
#include "frontend/passes/polynomial.h"

namespace tilecast::passes {
namespace {

struct Activation {
  std::string op;
  std::string inner_op;                        // t = inner_op(argument)
  std::map<std::string, double> inner_floats;  // float attributes of inner_op, with their values
  Polynomial argument;                         // of x
  Polynomial result;                           // of x and t
};

const std::vector<Activation>& activations() {
  static const double tanh_scale = std::sqrt(2 / std::numbers::pi);
  static const Polynomial x = {{{1, 0}, 1.0}};
  static const Polynomial xt = {{{1, 1}, 1.0}};
  static const Polynomial half_x_by_one_plus_t = {{{1, 0}, 0.5}, {{1, 1}, 0.5}};
  static const std::vector<Activation> table = {
      {"gelu_erf", "erf", {}, {{{1, 0}, std::sqrt(0.5)}}, half_x_by_one_plus_t},
      {"gelu_tanh", "tanh", {}, {{{1, 0}, tanh_scale}, {{3, 0}, 0.044715 * tanh_scale}}, half_x_by_one_plus_t},
      {"silu", "sigmoid", {}, x, xt},
      {"hard_swish", "hard_sigmoid", {{"alpha", 1.0 / 6}, {"beta", 0.5}}, x, xt},
      {"hard_swish", "clip", {{"min", 0}, {"max", 6}}, {{{1, 0}, 1.0}, {{0, 0}, 3.0}}, {{{1, 1}, 1.0 / 6}}},
      {"hard_swish", "clip", {{"min", 0}, {"max", 1}}, {{{1, 0}, 1.0 / 6}, {{0, 0}, 0.5}}, xt},
  };
  return table;
}

// Values near `start` along `next` (inputs or readers), nearest first.
template <class Next>
std::vector<NetworkId> neighbourhood(NetworkId start, int steps, const Next& next) {
  constexpr std::size_t kMost = 32;  // a popular value has readers without number
  std::vector<NetworkId> found = {start};
  std::set<NetworkId> seen = {start};
  std::size_t begin = 0;
  for (int step = 0; step < steps; ++step) {
    const std::size_t end = found.size();
    for (; begin < end; ++begin) {
      const std::vector<NetworkId> neighbours = next(found[begin]);
      for (const NetworkId id : neighbours) {
        if (id >= 0 && found.size() < kMost && seen.insert(id).second) found.push_back(id);
      }
    }
  }
  return found;
}

bool is_inner(const NetworkNode& node, const Activation& activation) {
  if (node.op != activation.inner_op || node.type.dtype != DataType::kFloat32) return false;
  for (const auto& [name, value] : activation.inner_floats) {
    if (!node.attributes.has(name) || !scalar_is(node.attributes.get_float(name, 0), value)) return false;
  }
  return true;
}

// The x of which the activation's argument is the right polynomial.
std::optional<NetworkId> find_x(const Network& network, NetworkId argument, const Activation& activation) {
  constexpr int kSteps = 5;
  const auto inputs = [&](NetworkId id) { return network.node(id).inputs; };
  for (const NetworkId x : neighbourhood(argument, kSteps, inputs)) {
    const auto polynomial = polynomial_of(network, argument, x);
    if (polynomial && same_polynomial(*polynomial, activation.argument)) return x;
  }
  return std::nullopt;
}

bool rewrite_activation(Network& network, NetworkId t, const Activation& activation, const Readers& readers) {
  const auto x = find_x(network, network.node(t).inputs[0], activation);
  if (!x) return false;
  constexpr int kSteps = 3;
  const auto all_readers = [&](NetworkId id) { return readers[static_cast<std::size_t>(id)]; };
  for (const NetworkId id : neighbourhood(t, kSteps, all_readers)) {
    const auto polynomial = polynomial_of(network, id, *x, t);
    if (!polynomial || !same_polynomial(*polynomial, activation.result)) continue;
    const NetworkNode node = network.node(id);
    redirect(network, id, network.add({node.name, activation.op, {*x}, {}, node.type}));
    return true;
  }
  return false;
}

}  // namespace

bool recognize_activations(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers& readers) {
    for (const Activation& activation : activations()) {
      if (is_inner(network.node(id), activation) && rewrite_activation(network, id, activation, readers)) return true;
    }
    return false;
  });
}

}  // namespace tilecast::passes
