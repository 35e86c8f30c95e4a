#include <cmath>

#include "frontend/passes/fold.h"
#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

// The operators that multiply by a number between a value and where all of it comes from or goes to, and their product.
struct Scales {
  std::vector<NetworkId> operators;
  double product = 1;

  void add(NetworkId id, double scale) {
    operators.push_back(id);
    product *= scale;
  }
};

// A dense operator with a constant weight, and the operator that adds a bias to it.
struct Projection {
  NetworkId dense = -1;
  std::optional<NetworkId> add;
  std::vector<double> bias;
};

std::optional<Projection> match_projection(const Network& network, NetworkId id, const Readers& readers) {
  if (is_float_op(network, id, "dense") && has_constant_weight(network, id)) return Projection{id, std::nullopt, {}};
  if (!is_float_op(network, id, "add")) return std::nullopt;
  const auto bias = channel_operand(network, id);
  if (!bias || only_reader(readers, bias->x) != id) return std::nullopt;
  if (!is_float_op(network, bias->x, "dense") || !has_constant_weight(network, bias->x)) return std::nullopt;
  return Projection{bias->x, id, bias->values};
}

// Goes from an operand of the product towards the projection that makes it, through what nothing else reads.
std::optional<Projection> descend(const Network& network, NetworkId reader, std::size_t operand, const Readers& readers,
                                  Scales& scales) {
  NetworkId id = network.node(reader).inputs[operand];
  while (only_reader(readers, id) == reader) {
    if (auto projection = match_projection(network, id, readers)) return projection;
    const auto scale = scaled(network, id);
    if (scale) {
      scales.add(id, scale->scale);
    } else if (!only_moves(network.node(id))) {
      return std::nullopt;
    }
    reader = id;
    id = scale ? scale->x : network.node(id).inputs[0];
  }
  return std::nullopt;
}

// Goes on from the product through what alone reads it.
void ascend(const Network& network, NetworkId id, const Readers& readers, Scales& scales) {
  for (auto reader = only_reader(readers, id); reader; reader = only_reader(readers, *reader)) {
    if (const auto scale = scaled(network, *reader)) {
      scales.add(*reader, scale->scale);
    } else if (!only_moves(network.node(*reader))) {
      return;
    }
  }
}

bool scale_projection(Network& network, const Projection& projection, double scale) {
  const auto channels = static_cast<std::size_t>(network.node(projection.dense).type.shape.back());
  const auto dense = scale_weight(network, projection.dense, std::vector<double>(channels, scale));
  if (!dense) return false;
  if (!projection.add) {
    redirect(network, projection.dense, *dense);
    return true;
  }
  std::vector<float> bias;
  for (const double value : projection.bias) bias.push_back(static_cast<float>(value * scale));
  NetworkNode add = network.node(*projection.add);
  const std::string name = add.name + ".bias";
  add.inputs = {*dense, add_float_constant(network, name, {static_cast<std::int64_t>(channels)}, bias)};
  add.attributes = {};
  redirect(network, *projection.add, network.add(std::move(add)));
  return true;
}

bool fold(Network& network, NetworkId product, const Readers& readers) {
  if (!is_float_op(network, product, "batch_matmul")) return false;
  // A square reads one value twice: what is folded there would count twice.
  const std::vector<NetworkId>& inputs = network.node(product).inputs;
  if (inputs[0] == inputs[1]) return false;
  Scales scales;
  ascend(network, product, readers, scales);
  auto projection = descend(network, product, 0, readers, scales);
  const auto key = descend(network, product, 1, readers, scales);
  if (!projection) projection = key;
  if (!projection || scales.operators.empty() || !std::isfinite(static_cast<float>(scales.product))) return false;
  if (!scale_projection(network, *projection, scales.product)) return false;
  for (const NetworkId id : scales.operators) redirect(network, id, scaled(network, id)->x);
  return true;
}

}  // namespace

bool fold_attention_scale(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers& readers) { return fold(network, id, readers); });
}

}  // namespace tilecast::passes
