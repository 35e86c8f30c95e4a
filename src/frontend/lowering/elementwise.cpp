// Element-wise operators of several inputs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "frontend/lowering/elementwise_operands.h"

namespace tilecast {
namespace {

// All operands combined one after the other.
Status lower_chain(NodeLowering& node, const std::string& op, bool average = false) {
  TILECAST_CHECK(require_same_types(node));
  TILECAST_CHECK(require_no_bool(node));
  if (average) TILECAST_CHECK(node.require_float());
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  TILECAST_TRY(NetworkId value, elements.operand(0));
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    TILECAST_TRY(const NetworkId operand, elements.operand(i));
    TILECAST_TRY(value, elements.binary(op, value, operand, node.dtype(0)));
  }
  if (average) {
    const double share = 1 / static_cast<double>(node.input_count());
    TILECAST_TRY(value, elements.emit("mul", {value}, DataType::kFloat32, {{"scalar", share}}));
  }
  return elements.finish(value);
}

// Whole numbers have no quotient by zero.
Status check_divisor(NodeLowering& node) {
  if (is_float(node.dtype(0)) || !node.is_constant(1)) return Unit{};
  TILECAST_TRY(const auto divisors, node.constant_numbers(1, "divisor"));
  if (std::count(divisors.begin(), divisors.end(), 0.0) > 0) return node.error("it divides by zero");
  return Unit{};
}

Status lower_div(NodeLowering& node) {
  TILECAST_CHECK(check_divisor(node));
  return lower_chain(node, "div");
}

// fmod: the rest has the sign of the dividend, else that of the divisor.
Status lower_mod(NodeLowering& node) {
  const bool fmod = node.attributes().get_int("fmod", 0) != 0;
  if (is_float(node.dtype(0)) && !fmod) return node.error("floating-point numbers need fmod 1");
  TILECAST_CHECK(check_divisor(node));
  return lower_chain(node, fmod ? "fmod" : "mod");
}

// The result is of the base's type: where that is whole, a power that rounding took away from a whole number goes back
// to it before the rest is cut off.
Result<NetworkId> whole_power(Elementwise& elements, NetworkId power, DataType type) {
  constexpr DataType kFloat = DataType::kFloat32;
  TILECAST_TRY(const NetworkId near, elements.emit("round", {power}, kFloat));
  TILECAST_TRY(const NetworkId difference, elements.emit("sub", {power, near}, kFloat));
  TILECAST_TRY(const NetworkId distance, elements.emit("abs", {difference}, kFloat));
  TILECAST_TRY(const NetworkId size, elements.emit("abs", {power}, kFloat));
  TILECAST_TRY(const NetworkId limit, elements.emit("mul", {size}, kFloat, {{"scalar", 1e-5}}));
  TILECAST_TRY(const NetworkId is_whole, elements.emit("less", {distance, limit}, DataType::kBool));
  TILECAST_TRY(const NetworkId value, elements.emit("where", {is_whole, near, power}, kFloat));
  return elements.emit("cast", {value}, type, {{"to", std::string(data_type_name(type))}});
}

// A product of the base by itself for small whole exponents of whole numbers; nothing for others.
std::optional<int> exact_exponent(const NodeLowering& node) {
  constexpr double kMostFactors = 8;
  const auto exponent = node.scalar(node.view(1).value);
  if (is_float(node.dtype(0)) || !exponent || *exponent != std::floor(*exponent)) return std::nullopt;
  if (*exponent < 1 || *exponent > kMostFactors) return std::nullopt;
  return static_cast<int>(*exponent);
}

Status lower_pow(NodeLowering& node) {
  constexpr DataType kFloat = DataType::kFloat32;
  TILECAST_CHECK(require_no_bool(node));
  const DataType type = node.dtype(0);
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  TILECAST_TRY(NetworkId base, elements.operand(0));
  if (const auto count = exact_exponent(node)) {
    NetworkId value = base;
    for (int i = 1; i < *count; ++i) {
      TILECAST_TRY(value, elements.emit("mul", {value, base}, type));
    }
    return elements.finish(value);
  }
  TILECAST_TRY(NetworkId exponent, elements.operand(1));
  for (NetworkId* operand : {&base, &exponent}) {
    if (node.type(*operand).dtype == kFloat) continue;
    TILECAST_TRY(*operand, elements.emit("cast", {*operand}, kFloat, {{"to", std::string("float32")}}));
  }
  TILECAST_TRY(NetworkId value, elements.binary("pow", base, exponent, kFloat));
  if (type != kFloat) {
    TILECAST_TRY(value, whole_power(elements, value, type));
  }
  return elements.finish(value);
}

// `or_equal`: the comparison or equality, which is not the opposite of the other comparison where a number is NaN.
Status lower_comparison(NodeLowering& node, const std::string& op, bool or_equal = false) {
  TILECAST_CHECK(require_same_types(node));
  if (op != "equal") TILECAST_CHECK(require_no_bool(node));
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  TILECAST_TRY(const NetworkId a, elements.operand(0));
  TILECAST_TRY(const NetworkId b, elements.operand(1));
  TILECAST_TRY(NetworkId value, elements.binary(op, a, b, DataType::kBool));
  if (or_equal) {
    TILECAST_TRY(const NetworkId equal, elements.binary("equal", a, b, DataType::kBool));
    TILECAST_TRY(value, elements.emit("or", {value, equal}, DataType::kBool));
  }
  return elements.finish(value);
}

// `negated`: Xor is the opposite of equality.
Status lower_logic(NodeLowering& node, const std::string& op, bool negated = false) {
  TILECAST_CHECK(require_same_types(node));
  if (node.dtype(0) != DataType::kBool) return node.error("its inputs are not boolean");
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  TILECAST_TRY(const NetworkId a, elements.operand(0));
  TILECAST_TRY(const NetworkId b, elements.operand(1));
  TILECAST_TRY(NetworkId value, elements.emit(op, {a, b}, DataType::kBool));
  if (negated) {
    TILECAST_TRY(value, elements.emit("not", {value}, DataType::kBool));
  }
  return elements.finish(value);
}

Status lower_where(NodeLowering& node) {
  if (node.dtype(0) != DataType::kBool) return node.error("its condition is not boolean");
  TILECAST_CHECK(require_same_types(node, 1));
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  std::vector<NetworkId> operands;
  for (std::size_t i = 0; i < 3; ++i) {
    TILECAST_TRY(const NetworkId operand, elements.operand(i));
    operands.push_back(operand);
  }
  TILECAST_TRY(const NetworkId value, elements.emit("where", operands, node.dtype(1)));
  return elements.finish(value);
}

// max(x, 0) + slope * min(x, 0).
Status lower_prelu(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  constexpr DataType kType = DataType::kFloat32;
  TILECAST_TRY(const NetworkId x, elements.operand(0));
  TILECAST_TRY(const NetworkId slope, elements.operand(1));
  TILECAST_TRY(const NetworkId above, elements.emit("relu", {x}, kType));
  TILECAST_TRY(const NetworkId below, elements.emit("min", {x}, kType, {{"scalar", 0.0}}));
  TILECAST_TRY(const NetworkId leak, elements.binary("mul", below, slope, kType));
  TILECAST_TRY(const NetworkId value, elements.emit("add", {above, leak}, kType));
  return elements.finish(value);
}

}  // namespace

void add_elementwise(LoweringTable& table) {
  table["Add"] = {[](NodeLowering& n) { return lower_chain(n, "add"); }, 2, 2};
  table["Sub"] = {[](NodeLowering& n) { return lower_chain(n, "sub"); }, 2, 2};
  table["Mul"] = {[](NodeLowering& n) { return lower_chain(n, "mul"); }, 2, 2};
  table["Div"] = {lower_div, 2, 2};
  table["Mod"] = {lower_mod, 2, 2, {{"fmod", AttributeKind::kInt}}};
  table["Pow"] = {lower_pow, 2, 2};
  table["PRelu"] = {lower_prelu, 2, 2};
  table["Min"] = {[](NodeLowering& n) { return lower_chain(n, "min"); }, 1, kManyInputs};
  table["Max"] = {[](NodeLowering& n) { return lower_chain(n, "max"); }, 1, kManyInputs};
  table["Sum"] = {[](NodeLowering& n) { return lower_chain(n, "add"); }, 1, kManyInputs};
  table["Mean"] = {[](NodeLowering& n) { return lower_chain(n, "add", true); }, 1, kManyInputs};
  table["Less"] = {[](NodeLowering& n) { return lower_comparison(n, "less"); }, 2, 2};
  table["LessOrEqual"] = {[](NodeLowering& n) { return lower_comparison(n, "less", true); }, 2, 2};
  table["Greater"] = {[](NodeLowering& n) { return lower_comparison(n, "greater"); }, 2, 2};
  table["GreaterOrEqual"] = {[](NodeLowering& n) { return lower_comparison(n, "greater", true); }, 2, 2};
  table["Equal"] = {[](NodeLowering& n) { return lower_comparison(n, "equal"); }, 2, 2};
  table["And"] = {[](NodeLowering& n) { return lower_logic(n, "and"); }, 2, 2};
  table["Or"] = {[](NodeLowering& n) { return lower_logic(n, "or"); }, 2, 2};
  table["Xor"] = {[](NodeLowering& n) { return lower_logic(n, "equal", true); }, 2, 2};
  table["Where"] = {lower_where, 3, 3};
}

}  // namespace tilecast
