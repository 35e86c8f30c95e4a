#include <algorithm>
#include <cmath>

#include "frontend/passes/fold.h"
#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

// scale * product + shift, one of each a channel.
struct Affine {
  std::vector<double> scale;
  std::vector<double> shift;
};

// Puts the operator `id` after what `affine` says; false where it is no scale or shift by constants.
bool append(const Network& network, NetworkId id, Affine& affine) {
  const std::string& op = network.node(id).op;
  if (op != "add" && op != "sub" && op != "mul" && op != "div") return false;
  const auto operand = channel_operand(network, id);
  if (!operand || (op == "div" && operand->left)) return false;
  for (std::size_t c = 0; c < operand->values.size(); ++c) {
    const double value = operand->values[c];
    double factor = 1;
    if (op == "mul") factor = value;
    if (op == "div") factor = 1 / value;
    if (op == "sub" && operand->left) factor = -1;
    affine.scale[c] *= factor;
    affine.shift[c] *= factor;
    if (op == "add" || (op == "sub" && operand->left)) affine.shift[c] += value;
    if (op == "sub" && !operand->left) affine.shift[c] -= value;
  }
  return true;
}

bool is_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(static_cast<float>(v)); });
}

bool all_are(const std::vector<double>& values, double expected) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == expected; });
}

bool fold(Network& network, NetworkId product, const Readers& readers) {
  if (!has_constant_weight(network, product)) return false;
  const auto channels = static_cast<std::size_t>(network.node(product).type.shape.back());
  Affine affine{std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
  std::vector<NetworkId> chain;
  for (NetworkId last = product;; last = chain.back()) {
    const auto reader = only_reader(readers, last);
    Affine longer = affine;
    if (!reader || !append(network, *reader, longer)) break;
    if (!is_finite(longer.scale) || !is_finite(longer.shift)) break;
    affine = std::move(longer);
    chain.push_back(*reader);
  }
  const bool is_folded = chain.empty() || (chain.size() == 1 && network.node(chain[0]).op == "add");
  if (is_folded) return false;

  const std::string name = network.node(chain.back()).name;
  const TensorType type = network.node(product).type;
  NetworkId result = product;
  if (!all_are(affine.scale, 1)) {
    const auto folded = scale_weight(network, product, affine.scale);
    if (!folded) return false;
    result = *folded;
  }
  if (!all_are(affine.shift, 0)) {
    const std::vector<float> shift(affine.shift.begin(), affine.shift.end());
    const NetworkId bias = add_float_constant(network, name + ".bias", {type.shape.back()}, shift);
    result = network.add({name, "add", {result, bias}, {}, type});
  }
  redirect(network, chain.back(), result);
  return true;
}

}  // namespace

bool fold_scale_and_shift(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers& readers) { return fold(network, id, readers); });
}

}  // namespace tilecast::passes
