// Element-wise functions of one input.
#include <map>
#include <string>
#include <utility>

#include "frontend/lowering/elementwise_operands.h"

namespace tilecast {
namespace {

// One input, one operator whose elements have this type, the same order.
Status lower_unary(NodeLowering& node, const std::string& op, DataType type, Attributes attributes = {}) {
  const View x = node.view(0);
  TILECAST_TRY(const NetworkId value,
               node.emit(op, {x.value}, std::move(attributes), {type, node.type(x.value).shape}));
  node.set_output(0, {value, x.order});
  return Unit{};
}

// Ours by ONNX's name: of float32, and of any numbers.
const std::map<std::string, std::string>& float_functions() {
  static const std::map<std::string, std::string> table = {
      {"Sigmoid", "sigmoid"},   {"Tanh", "tanh"},         {"Exp", "exp"},
      {"Log", "log"},           {"Sqrt", "sqrt"},         {"Erf", "erf"},
      {"Floor", "floor"},       {"Ceil", "ceil"},         {"Reciprocal", "reciprocal"},
      {"Round", "round"},       {"Sin", "sin"},           {"Cos", "cos"},
      {"Tan", "tan"},           {"Asin", "asin"},         {"Acos", "acos"},
      {"Atan", "atan"},         {"Sinh", "sinh"},         {"Cosh", "cosh"},
      {"Asinh", "asinh"},       {"Acosh", "acosh"},       {"Atanh", "atanh"},
      {"Softplus", "softplus"}, {"Softsign", "softsign"}, {"HardSwish", "hard_swish"},
  };
  return table;
}
const std::map<std::string, std::string>& number_functions() {
  static const std::map<std::string, std::string> table = {
      {"Relu", "relu"}, {"Neg", "neg"}, {"Abs", "abs"}, {"Sign", "sign"}};
  return table;
}

Status lower_float_function(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  return lower_unary(node, float_functions().at(node.node().op), DataType::kFloat32);
}

Status lower_number_function(NodeLowering& node) {
  TILECAST_CHECK(require_no_bool(node));
  return lower_unary(node, number_functions().at(node.node().op), node.dtype(0));
}

// ONNX's name, ours, and the attributes, called alike, with the values that they have when they are absent.
struct Activation {
  std::string op;
  Attributes attributes;
};
const std::map<std::string, Activation>& activations() {
  static const std::map<std::string, Activation> table = {
      {"LeakyRelu", {"leaky_relu", {{"alpha", 0.01}}}},
      {"ThresholdedRelu", {"thresholded_relu", {{"alpha", 1.0}}}},
      {"Elu", {"elu", {{"alpha", 1.0}}}},
      {"Celu", {"celu", {{"alpha", 1.0}}}},
      {"Selu", {"selu", {{"alpha", 1.67326319217681884765625}, {"gamma", 1.05070102214813232421875}}}},
      {"Shrink", {"shrink", {{"lambd", 0.5}, {"bias", 0.0}}}},
      {"HardSigmoid", {"hard_sigmoid", {{"alpha", 0.2}, {"beta", 0.5}}}},
  };
  return table;
}

Status lower_activation(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  const Activation& activation = activations().at(node.node().op);
  Attributes attributes = activation.attributes;
  for (const auto& [name, value] : node.attributes().values()) attributes.set(name, value);
  if (activation.op == "celu" && attributes.get_float("alpha", 1) == 0) {
    return node.error("an alpha of 0 is not supported");
  }
  return lower_unary(node, activation.op, DataType::kFloat32, std::move(attributes));
}

// A test of each element.
Status lower_test(NodeLowering& node, const std::string& op, Attributes attributes = {}) {
  TILECAST_CHECK(node.require_float());
  return lower_unary(node, op, DataType::kBool, std::move(attributes));
}

Status lower_is_inf(NodeLowering& node) {
  return lower_test(node, "is_inf",
                    {{"positive", node.attributes().get_int("detect_positive", 1)},
                     {"negative", node.attributes().get_int("detect_negative", 1)}});
}

Status lower_not(NodeLowering& node) {
  if (node.dtype(0) != DataType::kBool) return node.error("its input is not boolean");
  return lower_unary(node, "not", DataType::kBool);
}

}  // namespace

void add_unary(LoweringTable& table) {
  for (const auto& [name, op] : float_functions()) table[name] = {lower_float_function};
  for (const auto& [name, op] : number_functions()) table[name] = {lower_number_function};
  for (const auto& [name, activation] : activations()) {
    OperatorLowering& entry = table[name] = {lower_activation};
    for (const auto& [attribute, value] : activation.attributes.values()) {
      entry.attributes[attribute] = AttributeKind::kFloat;
    }
  }
  table["IsNaN"] = {[](NodeLowering& n) { return lower_test(n, "is_nan"); }};
  table["IsInf"] = {
      lower_is_inf, 1, 1, {{"detect_positive", AttributeKind::kInt}, {"detect_negative", AttributeKind::kInt}}};
  table["Not"] = {lower_not};
}

}  // namespace tilecast
