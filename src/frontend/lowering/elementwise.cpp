// Operators that compute each element from elements at the same (broadcast) place.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "frontend/lowering/node_lowering.h"
#include "frontend/onnx_tensor.h"

namespace tilecast {
namespace {

// Larger whole numbers are not exact in an attribute.
constexpr double kExactInts = 9007199254740992.0;

// Emits operators over operands that have been brought to one order and broadcast against each other.
class Elementwise {
 public:
  // The order of the first operand that is no constant and has all of the output's dimensions: nothing moves for it.
  static Result<Elementwise> create(NodeLowering& node) {
    Shape shape;
    for (std::size_t i = 0; i < node.input_count(); ++i) {
      const auto joined = broadcast_shape(shape, node.shape(i));
      if (!joined) {
        return node.error(fmt::format("shapes {} and {} cannot be broadcast", shape_to_string(shape),
                                      shape_to_string(node.shape(i))));
      }
      shape = *joined;
    }
    DimOrder order = plain_order(shape.size());
    for (std::size_t i = node.input_count(); i-- > 0;) {
      if (!node.is_constant(i) && node.rank(i) == shape.size()) order = node.view(i).order;
    }
    return Elementwise(node, std::move(shape), std::move(order));
  }

  Result<NetworkId> operand(std::size_t i) { return node_.broadcast_operand(i, order_); }

  Result<NetworkId> emit(const std::string& op, const std::vector<NetworkId>& inputs, DataType type,
                         Attributes attributes = {}) {
    Shape shape;
    for (const NetworkId input : inputs) shape = *broadcast_shape(shape, node_.type(input).shape);
    return node_.emit(op, inputs, std::move(attributes), {type, shape});
  }

  // A binary operator; a constant with one element becomes an attribute.
  Result<NetworkId> binary(const std::string& op, NetworkId a, NetworkId b, DataType type) {
    const bool numbers = node_.type(a).dtype != DataType::kBool;
    const auto right = numbers ? attribute_value(b) : std::nullopt;
    if (right && !node_.is_constant_value(a)) return emit(op, {a}, type, {{"scalar", *right}});
    const auto left = numbers ? attribute_value(a) : std::nullopt;
    if (!left || node_.is_constant_value(b)) return emit(op, {a, b}, type);
    Attributes attributes{{"scalar", *left}};
    const bool commutes = op == "add" || op == "mul" || op == "min" || op == "max" || op == "equal";
    if (!commutes) attributes.set("scalar_left", std::int64_t{1});
    return emit(op, {b}, type, std::move(attributes));
  }

  // Constants may have been reduced to their inner dimensions.
  Status finish(NetworkId value) {
    TILECAST_TRY(const NetworkId full, node_.reshape(value, stored_shape(shape_, order_)));
    node_.set_output(0, {full, order_});
    return Unit{};
  }

 private:
  Elementwise(NodeLowering& node, Shape shape, DimOrder order)
      : node_(node), shape_(std::move(shape)), order_(std::move(order)) {}

  std::optional<double> attribute_value(NetworkId id) const {
    const auto value = node_.scalar(id);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    if (!is_float(node_.type(id).dtype) && std::abs(*value) > kExactInts) return std::nullopt;
    return value;
  }

  NodeLowering& node_;
  Shape shape_;
  DimOrder order_;
};

Status require_same_types(const NodeLowering& node, std::size_t from = 0) {
  for (std::size_t i = from; i < node.input_count(); ++i) {
    if (node.dtype(i) != node.dtype(from)) return node.error("its inputs have different element types");
  }
  return Unit{};
}

// One input, one operator, the same order.
Status lower_unary(NodeLowering& node, const std::string& op, Attributes attributes = {}) {
  const View x = node.view(0);
  TILECAST_TRY(const NetworkId value, node.emit(op, {x.value}, std::move(attributes), node.type(x.value)));
  node.set_output(0, {value, x.order});
  return Unit{};
}

template <const char* kOp>
Status lower_float_unary(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  return lower_unary(node, kOp);
}

Status require_no_bool(const NodeLowering& node) {
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (node.has_input(i) && node.dtype(i) == DataType::kBool) return node.error("boolean elements are not supported");
  }
  return Unit{};
}

template <const char* kOp>
Status lower_number_unary(NodeLowering& node) {
  TILECAST_CHECK(require_no_bool(node));
  return lower_unary(node, kOp);
}

// Attributes of ONNX that have the same name here.
template <const char* kOp>
Status lower_with_alpha(NodeLowering& node, double alpha) {
  TILECAST_CHECK(node.require_float());
  return lower_unary(node, kOp, {{"alpha", node.attributes().get_float("alpha", alpha)}});
}

Status lower_hard_sigmoid(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  const Attributes& given = node.attributes();
  return lower_unary(node, "hard_sigmoid",
                     {{"alpha", given.get_float("alpha", 0.2)}, {"beta", given.get_float("beta", 0.5)}});
}

Status lower_not(NodeLowering& node) {
  if (node.dtype(0) != DataType::kBool) return node.error("its input is not boolean");
  return lower_unary(node, "not");
}

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

// ONNX rounds whole quotients towards zero, div towards minus infinity: the same where no number is negative.
Status check_whole_division(NodeLowering& node) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (!node.is_constant(i)) return node.error("division of whole numbers is supported for constants only");
    TILECAST_TRY(const auto numbers, node.constant_numbers(i, "operand"));
    for (const double number : numbers) {
      if (number < 0) return node.error("division of negative whole numbers is not supported");
      if (number == 0 && i == 1) return node.error("it divides by zero");
    }
  }
  return Unit{};
}

Status lower_div(NodeLowering& node) {
  if (!is_float(node.dtype(0))) TILECAST_CHECK(check_whole_division(node));
  return lower_chain(node, "div");
}

Status lower_pow(NodeLowering& node) {
  if (node.dtype(0) != DataType::kFloat32) return node.error("powers of whole numbers are not supported");
  TILECAST_TRY(Elementwise elements, Elementwise::create(node));
  TILECAST_TRY(const NetworkId base, elements.operand(0));
  TILECAST_TRY(NetworkId exponent, elements.operand(1));
  if (node.dtype(1) != DataType::kFloat32) {
    const Attributes to{{"to", std::string("float32")}};
    TILECAST_TRY(exponent, elements.emit("cast", {exponent}, DataType::kFloat32, to));
  }
  TILECAST_TRY(const NetworkId value, elements.binary("pow", base, exponent, DataType::kFloat32));
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

// A bound that is known becomes an attribute, unless it bounds nothing.
Status add_known_bound(const NodeLowering& node, const char* name, double bound, Attributes& attributes) {
  const bool none = std::isinf(bound) && (bound < 0) == (std::string(name) == "min");
  if (none) return Unit{};
  if (!std::isfinite(bound)) return node.error(fmt::format("its {} {} is not supported", name, bound));
  attributes.set(name, bound);
  return Unit{};
}

Status lower_clip(NodeLowering& node) {
  TILECAST_CHECK(require_no_bool(node));
  const View x = node.view(0);
  const TensorType type = node.type(x.value);
  NetworkId value = x.value;
  Attributes known;
  for (std::size_t i = 1; i < 3; ++i) {
    const char* name = i == 1 ? "min" : "max";
    if (!node.has_input(i)) continue;
    if (node.rank(i) > 0 || node.dtype(i) != type.dtype) return node.error(fmt::format("its {} is no number", name));
    if (node.is_constant(i)) {
      TILECAST_TRY(const double bound, node.constant_number(i, name));
      TILECAST_CHECK(add_known_bound(node, name, bound, known));
    } else {
      // The minimum comes first: where the bounds cross, the maximum wins.
      if (!known.values().empty()) {
        TILECAST_TRY(value, node.emit("clip", {value}, known, type));
        known = {};
      }
      TILECAST_TRY(value, node.emit(i == 1 ? "max" : "min", {value, node.view(i).value}, {}, type));
    }
  }
  if (!known.values().empty()) {
    TILECAST_TRY(value, node.emit("clip", {value}, known, type));
  }
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status lower_cast(NodeLowering& node) {
  const std::int64_t number = node.attributes().get_int("to", 0);
  const bool fits = number >= 0 && number <= std::numeric_limits<int>::max();
  const auto to = fits ? data_type_from_onnx(static_cast<int>(number)) : std::nullopt;
  if (!to) return node.error(fmt::format("a cast to element type number {} is not supported", number));
  const View x = node.view(0);
  const TensorType from = node.type(x.value);
  NetworkId value = x.value;
  if (*to == DataType::kBool && from.dtype != DataType::kBool) {
    const TensorType type{DataType::kBool, from.shape};
    TILECAST_TRY(const NetworkId zero, node.emit("equal", {value}, {{"scalar", 0.0}}, type));
    TILECAST_TRY(value, node.emit("not", {zero}, {}, type));
  } else if (*to != from.dtype) {
    const Attributes attributes{{"to", std::string(data_type_name(*to))}};
    TILECAST_TRY(value, node.emit("cast", {value}, attributes, {*to, from.shape}));
  }
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status lower_identity(NodeLowering& node) {
  node.set_output(0, node.view(0));
  return Unit{};
}

Status lower_dropout(NodeLowering& node) {
  if (node.has_input(2)) {
    TILECAST_TRY(const double training, node.constant_number(2, "training_mode"));
    if (training != 0) return node.error("training_mode is not supported");
  }
  return lower_identity(node);
}

constexpr char kRelu[] = "relu", kSigmoid[] = "sigmoid", kTanh[] = "tanh", kExp[] = "exp", kLog[] = "log",
               kSqrt[] = "sqrt", kErf[] = "erf", kNeg[] = "neg", kAbs[] = "abs", kReciprocal[] = "reciprocal",
               kFloor[] = "floor", kCeil[] = "ceil", kHardSwish[] = "hard_swish", kSoftplus[] = "softplus",
               kLeakyRelu[] = "leaky_relu", kElu[] = "elu";

void add_unary(LoweringTable& table) {
  table["Relu"] = {lower_number_unary<kRelu>};
  table["Neg"] = {lower_number_unary<kNeg>};
  table["Abs"] = {lower_float_unary<kAbs>};
  table["Sigmoid"] = {lower_float_unary<kSigmoid>};
  table["Tanh"] = {lower_float_unary<kTanh>};
  table["Exp"] = {lower_float_unary<kExp>};
  table["Log"] = {lower_float_unary<kLog>};
  table["Sqrt"] = {lower_float_unary<kSqrt>};
  table["Erf"] = {lower_float_unary<kErf>};
  table["Reciprocal"] = {lower_float_unary<kReciprocal>};
  table["Floor"] = {lower_float_unary<kFloor>};
  table["Ceil"] = {lower_float_unary<kCeil>};
  table["HardSwish"] = {lower_float_unary<kHardSwish>};
  table["Softplus"] = {lower_float_unary<kSoftplus>};
  table["Not"] = {lower_not};
  const std::map<std::string, AttributeKind> alpha = {{"alpha", AttributeKind::kFloat}};
  table["LeakyRelu"] = {[](NodeLowering& n) { return lower_with_alpha<kLeakyRelu>(n, 0.01); }, 1, 1, alpha};
  table["Elu"] = {[](NodeLowering& n) { return lower_with_alpha<kElu>(n, 1); }, 1, 1, alpha};
  table["HardSigmoid"] = {
      lower_hard_sigmoid, 1, 1, {{"alpha", AttributeKind::kFloat}, {"beta", AttributeKind::kFloat}}};
  table["Clip"] = {lower_clip, 1, 3};
  table["Cast"] = {lower_cast, 1, 1, {{"to", AttributeKind::kInt}}};
  table["Identity"] = {lower_identity};
  table["Dropout"] = {lower_dropout, 1, 3, {{"ratio", AttributeKind::kFloat}, {"seed", AttributeKind::kInt}}};
}

}  // namespace

void add_elementwise(LoweringTable& table) {
  add_unary(table);
  table["Add"] = {[](NodeLowering& n) { return lower_chain(n, "add"); }, 2, 2};
  table["Sub"] = {[](NodeLowering& n) { return lower_chain(n, "sub"); }, 2, 2};
  table["Mul"] = {[](NodeLowering& n) { return lower_chain(n, "mul"); }, 2, 2};
  table["Div"] = {lower_div, 2, 2};
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
