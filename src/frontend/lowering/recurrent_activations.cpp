// The activation functions of LSTM, GRU and RNN.
#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "frontend/lowering/recurrent.h"

namespace tilecast {
namespace {

// The parameters that a function has, with their defaults.
struct Parameters {
  std::optional<double> alpha;
  std::optional<double> beta;
};

const std::map<std::string, Parameters>& known_activations() {
  static const std::map<std::string, Parameters> table = {
      {"Sigmoid", {}},
      {"Tanh", {}},
      {"Relu", {}},
      {"Softsign", {}},
      {"Softplus", {}},
      {"Affine", {1, 0}},
      {"LeakyRelu", {0.01, {}}},
      {"Elu", {1, {}}},
      {"ThresholdedRelu", {1, {}}},
      {"HardSigmoid", {0.2, 0.5}},
      {"ScaledTanh", {1, 1}},
  };
  return table;
}

// The next of a list that only the functions with such a parameter consume, or the default.
double next_parameter(const std::vector<double>& given, std::size_t& used, double fallback) {
  return used < given.size() ? given[used++] : fallback;
}

std::vector<std::string> names_of(const NodeLowering& node, std::size_t directions,
                                  const std::vector<std::string>& defaults) {
  std::vector<std::string> names;
  std::istringstream given(node.attributes().get_string("activations", ""));
  for (std::string name; std::getline(given, name, ',');) names.push_back(name);
  if (!names.empty()) return names;
  for (std::size_t d = 0; d < directions; ++d) names.insert(names.end(), defaults.begin(), defaults.end());
  return names;
}

class Emitter {
 public:
  Emitter(NodeLowering& node, NetworkId x) : node_(node), x_(x), shape_(node.type(x).shape) {}

  Result<NetworkId> emit(const Activation& f) const {
    static const std::map<std::string, std::string> kPlain = {
        {"Sigmoid", "sigmoid"}, {"Tanh", "tanh"}, {"Relu", "relu"}, {"Softplus", "softplus"}, {"Softsign", "softsign"}};
    const auto plain = kPlain.find(f.name);
    if (plain != kPlain.end()) return unary(plain->second, x_);
    if (f.name == "LeakyRelu") return unary("leaky_relu", x_, {{"alpha", f.alpha}});
    if (f.name == "Elu") return unary("elu", x_, {{"alpha", f.alpha}});
    if (f.name == "HardSigmoid") return unary("hard_sigmoid", x_, {{"alpha", f.alpha}, {"beta", f.beta}});
    if (f.name == "Affine") return affine(x_, f.alpha, f.beta);
    if (f.name == "ScaledTanh") return scaled_tanh(f);
    return unary("thresholded_relu", x_, {{"alpha", f.alpha}});
  }

 private:
  Result<NetworkId> unary(const std::string& op, NetworkId x, Attributes attributes = {}) const {
    return node_.emit_float(op, {x}, std::move(attributes), shape_);
  }

  Result<NetworkId> affine(NetworkId x, double factor, double term) const {
    TILECAST_TRY(const NetworkId scaled, unary("mul", x, {{"scalar", factor}}));
    return unary("add", scaled, {{"scalar", term}});
  }

  Result<NetworkId> scaled_tanh(const Activation& f) const {
    TILECAST_TRY(const NetworkId argument, unary("mul", x_, {{"scalar", f.beta}}));
    TILECAST_TRY(const NetworkId value, unary("tanh", argument));
    return unary("mul", value, {{"scalar", f.alpha}});
  }

  NodeLowering& node_;
  const NetworkId x_;
  const Shape shape_;
};

}  // namespace

Result<std::vector<Activation>> read_activations(const NodeLowering& node, std::size_t directions,
                                                 const std::vector<std::string>& defaults) {
  const std::vector<std::string> names = names_of(node, directions, defaults);
  if (names.size() != directions * defaults.size()) {
    return node.error(fmt::format("it needs {} activations, not {}", directions * defaults.size(), names.size()));
  }
  const std::vector<double> alphas = node.attributes().get_floats("activation_alpha");
  const std::vector<double> betas = node.attributes().get_floats("activation_beta");
  std::size_t used_alphas = 0;
  std::size_t used_betas = 0;
  std::vector<Activation> activations;
  for (const std::string& name : names) {
    const auto known = known_activations().find(name);
    if (known == known_activations().end()) {
      return node.error(fmt::format("its activation '{}' is not supported", name));
    }
    Activation activation{name};
    const auto& [alpha, beta] = known->second;
    if (alpha) activation.alpha = next_parameter(alphas, used_alphas, *alpha);
    if (beta) activation.beta = next_parameter(betas, used_betas, *beta);
    if (!std::isfinite(activation.alpha) || !std::isfinite(activation.beta)) {
      return node.error(fmt::format("a parameter of its activation '{}' is not finite", name));
    }
    activations.push_back(std::move(activation));
  }
  return activations;
}

Result<NetworkId> clip_argument(NodeLowering& node, NetworkId x) {
  if (!node.attributes().has("clip")) return x;
  const double limit = node.attributes().get_float("clip", 0);
  if (!(limit > 0) || !std::isfinite(limit)) return node.error(fmt::format("a clip of {} is not supported", limit));
  return node.emit_float("clip", {x}, {{"min", -limit}, {"max", limit}}, node.type(x).shape);
}

Result<NetworkId> activate(NodeLowering& node, const Activation& activation, NetworkId x) {
  return Emitter(node, x).emit(activation);
}

}  // namespace tilecast
