#include <algorithm>
#include <numeric>

#include "frontend/passes/match.h"
#include "frontend/passes/passes.h"

namespace tilecast::passes {
namespace {

struct Normalization {
  NetworkId x = -1;
  std::int64_t axis = 0;  // the first normalised one
  double epsilon = 0;
};

// x, where `centred` is x - mean(x) over these axes.
std::optional<NetworkId> centred_value(const Network& network, NetworkId centred,
                                       const std::vector<std::int64_t>& axes) {
  const NetworkNode& difference = network.node(centred);
  if (!is_float_op(network, centred, "sub") || difference.inputs.size() != 2) return std::nullopt;
  const NetworkId x = difference.inputs[0];
  const NetworkId mean = difference.inputs[1];
  if (!is_reduction(network, mean, "mean", axes) || network.node(mean).inputs[0] != x) return std::nullopt;
  return x;
}

bool is_square_of(const Network& network, NetworkId id, NetworkId x) {
  if (with_right_scalar(network, id, "pow", 2) == x) return true;
  return is_float_op(network, id, "mul") && network.node(id).inputs == std::vector<NetworkId>{x, x};
}

std::optional<Normalization> match_normalization(const Network& network, const Quotient& quotient) {
  if (!quotient.root || !is_float_op(network, quotient.denominator, "add")) return std::nullopt;
  const auto shifted = scalar_operand(network, quotient.denominator);
  if (!shifted || network.node(shifted->x).op != "reduce") return std::nullopt;
  auto axes = network.node(shifted->x).attributes.get_ints("axes");
  const auto rank = static_cast<std::int64_t>(network.node(quotient.numerator).type.shape.size());
  const std::int64_t axis = rank - static_cast<std::int64_t>(axes.size());
  std::iota(axes.begin(), axes.end(), axis);
  if (axes.empty() || axis < 0 || !is_reduction(network, shifted->x, "mean", axes)) return std::nullopt;
  if (!is_square_of(network, network.node(shifted->x).inputs[0], quotient.numerator)) return std::nullopt;
  const auto x = centred_value(network, quotient.numerator, axes);
  if (!x) return std::nullopt;
  return Normalization{*x, axis, shifted->scalar};
}

// The constant of `reader`, op(value, constant), in the shape of the normalised dimensions; nothing where it has no
// such shape but for outer dimensions of one element.
std::optional<NetworkNode> parameter(const Network& network, std::optional<NetworkId> reader, std::string_view op,
                                     NetworkId value, const Shape& normalised) {
  if (!reader || !is_float_op(network, *reader, op)) return std::nullopt;
  const NetworkNode& node = network.node(*reader);
  if (node.inputs.size() != 2 || node.type != network.node(value).type) return std::nullopt;
  NetworkNode constant = network.node(node.inputs[node.inputs[0] == value ? 1 : 0]);
  if (!constant.is_constant() || constant.type.dtype != DataType::kFloat32) return std::nullopt;
  Shape& shape = constant.type.shape;
  if (shape.size() < normalised.size()) shape.insert(shape.begin(), normalised.size() - shape.size(), 1);
  const auto outer = shape.end() - static_cast<std::ptrdiff_t>(normalised.size());
  if (!std::all_of(shape.begin(), outer, [](std::int64_t extent) { return extent == 1; })) return std::nullopt;
  shape.erase(shape.begin(), outer);
  if (shape != normalised) return std::nullopt;
  return constant;
}

void replace_by_layer_norm(Network& network, NetworkId id, const Normalization& match, const Readers& readers) {
  const NetworkNode node = network.node(id);
  const Shape normalised(node.type.shape.begin() + match.axis, node.type.shape.end());
  NetworkId result = id;
  std::vector<NetworkId> inputs = {match.x};
  if (auto scale = parameter(network, only_reader(readers, result), "mul", result, normalised)) {
    result = *only_reader(readers, result);
    inputs.push_back(network.add(*std::move(scale)));
  } else {
    const std::vector<float> ones(static_cast<std::size_t>(element_count(normalised)), 1.0f);
    inputs.push_back(add_float_constant(network, node.name + ".scale", normalised, ones));
  }
  if (auto bias = parameter(network, only_reader(readers, result), "add", result, normalised)) {
    result = *only_reader(readers, result);
    inputs.push_back(network.add(*std::move(bias)));
  }
  const std::string name = network.node(result).name;
  redirect(network, result,
           network.add({name, "layer_norm", inputs, {{"axis", match.axis}, {"epsilon", match.epsilon}}, node.type}));
}

}  // namespace

bool recognize_layer_norm(Network& network) {
  return rewrite_operators(network, [&](NetworkId id, const Readers& readers) {
    for (const Quotient& quotient : quotients(network, id)) {
      const auto match = match_normalization(network, quotient);
      if (!match) continue;
      replace_by_layer_norm(network, id, *match, readers);
      return true;
    }
    return false;
  });
}

}  // namespace tilecast::passes
