// Operators that compute each element from elements at the same (broadcast) place.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

using Unary = Expr (*)(const Expr& x, const Attributes& attributes);
using Binary = Expr (*)(const Expr& a, const Expr& b);

Expr constant(const Expr& like, double value) {
  return Halide::cast(like.type(), Expr(value));
}
Expr literal(const Expr& like, double value) {
  return like.type() == Halide::Float(32) ? Expr(static_cast<float>(value)) : constant(like, value);
}

Expr sigmoid(const Expr& x) {
  return 1.0f / (1.0f + Halide::exp(-x));
}

// The C library's tanh is not vectorized. Near zero the quotient loses digits; three terms of the series do not.
Expr fast_tanh(const Expr& x) {
  const Expr t = Halide::exp(-2.0f * Halide::abs(x));
  const Expr far = (1.0f - t) / (1.0f + t);
  const Expr x2 = x * x;
  const Expr near = x * (1.0f + x2 * (-1.0f / 3 + x2 * (2.0f / 15 - x2 * (17.0f / 315))));
  return Halide::select(Halide::abs(x) < 0.1f, near, Halide::select(x < 0.0f, -far, far));
}

Expr gelu_erf(const Expr& x) {
  return 0.5f * x * (1.0f + Halide::erf(x * 0.70710678118654752f));
}

const std::map<std::string, Unary>& unaries() {
  static const std::map<std::string, Unary> table = {
      {"relu", [](const Expr& x, const Attributes&) { return Halide::max(x, literal(x, 0)); }},
      {"sigmoid", [](const Expr& x, const Attributes&) { return sigmoid(x); }},
      {"tanh", [](const Expr& x, const Attributes&) { return fast_tanh(x); }},
      {"exp", [](const Expr& x, const Attributes&) { return Halide::exp(x); }},
      {"log", [](const Expr& x, const Attributes&) { return Halide::log(x); }},
      {"sqrt", [](const Expr& x, const Attributes&) { return Halide::sqrt(x); }},
      {"rsqrt", [](const Expr& x, const Attributes&) { return 1.0f / Halide::sqrt(x); }},
      {"erf", [](const Expr& x, const Attributes&) { return Halide::erf(x); }},
      {"neg", [](const Expr& x, const Attributes&) { return -x; }},
      {"abs", [](const Expr& x, const Attributes&) { return Halide::abs(x); }},
      {"reciprocal", [](const Expr& x, const Attributes&) { return 1.0f / x; }},
      {"floor", [](const Expr& x, const Attributes&) { return Halide::floor(x); }},
      {"ceil", [](const Expr& x, const Attributes&) { return Halide::ceil(x); }},
      {"gelu_erf", [](const Expr& x, const Attributes&) { return gelu_erf(x); }},
      {"gelu_tanh",
       [](const Expr& x, const Attributes&) {
         return 0.5f * x * (1.0f + fast_tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
       }},
      {"hard_swish", [](const Expr& x, const Attributes&) { return x * Halide::clamp(x / 6.0f + 0.5f, 0.0f, 1.0f); }},
      {"silu", [](const Expr& x, const Attributes&) { return x * sigmoid(x); }},
      {"softplus",
       [](const Expr& x, const Attributes&) {
         return Halide::max(x, 0.0f) + Halide::log(1.0f + Halide::exp(-Halide::abs(x)));
       }},
      {"not", [](const Expr& x, const Attributes&) { return !x; }},
      {"leaky_relu",
       [](const Expr& x, const Attributes& a) {
         return Halide::select(x < 0.0f, x * static_cast<float>(a.get_float("alpha", 0.01)), x);
       }},
      {"elu",
       [](const Expr& x, const Attributes& a) {
         return Halide::select(x < 0.0f, static_cast<float>(a.get_float("alpha", 1)) * (Halide::exp(x) - 1.0f), x);
       }},
      {"hard_sigmoid",
       [](const Expr& x, const Attributes& a) {
         return Halide::clamp(
             x * static_cast<float>(a.get_float("alpha", 0.2)) + static_cast<float>(a.get_float("beta", 0.5)), 0.0f,
             1.0f);
       }},
      {"clip",
       [](const Expr& x, const Attributes& a) {
         Expr value = x;
         if (a.has("min")) value = Halide::max(value, literal(x, a.get_float("min", 0)));
         if (a.has("max")) value = Halide::min(value, literal(x, a.get_float("max", 0)));
         return value;
       }},
  };
  return table;
}

const std::map<std::string, Binary>& binaries() {
  static const std::map<std::string, Binary> table = {
      {"add", [](const Expr& a, const Expr& b) { return a + b; }},
      {"sub", [](const Expr& a, const Expr& b) { return a - b; }},
      {"mul", [](const Expr& a, const Expr& b) { return a * b; }},
      {"div", [](const Expr& a, const Expr& b) { return a / b; }},
      {"pow", [](const Expr& a, const Expr& b) { return Halide::pow(a, b); }},
      {"min", [](const Expr& a, const Expr& b) { return Halide::min(a, b); }},
      {"max", [](const Expr& a, const Expr& b) { return Halide::max(a, b); }},
      {"less", [](const Expr& a, const Expr& b) { return a < b; }},
      {"greater", [](const Expr& a, const Expr& b) { return b < a; }},
      {"equal", [](const Expr& a, const Expr& b) { return a == b; }},
      {"and", [](const Expr& a, const Expr& b) { return a && b; }},
      {"or", [](const Expr& a, const Expr& b) { return a || b; }},
  };
  return table;
}

// An operand at the output's place: dimensions of extent 1 are broadcast, missing outer ones dropped.
Expr broadcast_read(const Node& node, std::size_t input, const std::vector<Var>& vars) {
  const Extents extents = node.extents(input);
  const Extents output = node.output();
  std::vector<Expr> index;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    index.push_back(extents[d] == 1 && output[d] != 1 ? Expr(0) : Expr(vars[d]));
  }
  return node.input(input)(index);
}

Status check_broadcast(const OpGraph& graph, const OpNode& node) {
  Shape expected;
  for (const ValueId id : node.inputs) {
    const Shape& s = graph.type_of(id).shape;
    if (s.size() > expected.size()) expected.insert(expected.begin(), s.size() - expected.size(), 1);
    const std::size_t missing = expected.size() - s.size();
    for (std::size_t d = 0; d < s.size(); ++d) {
      auto& extent = expected[missing + d];
      if (extent != 1 && s[d] != 1 && extent != s[d]) {
        return node_error(node, fmt::format("extents {} and {} cannot be broadcast", extent, s[d]));
      }
      extent = std::max(extent, s[d]);
    }
  }
  return check_shape(node, expected);
}

Status check_unary(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  return check_broadcast(graph, node);
}

Status check_binary(const OpGraph& graph, const OpNode& node) {
  const bool scalar = node.attributes.has("scalar");
  TILECAST_CHECK(check_inputs(node, scalar ? 1 : 2, scalar ? 1 : 2));
  return check_broadcast(graph, node);
}

Status check_where(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 3, 3));
  if (graph.type_of(node.inputs[0]).dtype != DataType::kBool) return node_error(node, "its condition is not boolean");
  return check_broadcast(graph, node);
}

Status check_cast(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_unary(graph, node));
  const std::string to = node.attributes.get_string("to", "");
  if (parse_data_type(to) != node.type.dtype) return node_error(node, fmt::format("cannot cast to '{}'", to));
  return Unit{};
}

Func define(const Node& node, const std::function<Expr(const std::vector<Var>&)>& value) {
  const std::string name = node.builder.name_stage(node.op.op);
  const std::vector<Var> vars = channel_vars(node.output().size());
  Func f = named_func(name);
  f(vars) = value(vars);
  return node.builder.add(name, f, node.output());
}

Func build_unary(const Node& node, const std::string&) {
  return define(node, [&](const std::vector<Var>& vars) {
    return unaries().at(node.op.op)(broadcast_read(node, 0, vars), node.op.attributes);
  });
}

Func build_binary(const Node& node, const std::string&) {
  return define(node, [&](const std::vector<Var>& vars) {
    const Binary function = binaries().at(node.op.op);
    const Expr a = broadcast_read(node, 0, vars);
    if (!node.op.attributes.has("scalar")) return function(a, broadcast_read(node, 1, vars));
    const double scalar = node.op.attributes.get_float("scalar", 0);
    const bool left = node.op.attributes.get_int("scalar_left", 0) != 0;
    // Halide's pow makes products of small whole exponents only when it sees the number.
    if (node.op.op == "pow" && !left && scalar == 2) return a * a;
    return left ? function(literal(a, scalar), a) : function(a, literal(a, scalar));
  });
}

Func build_where(const Node& node, const std::string&) {
  return define(node, [&](const std::vector<Var>& vars) {
    return Halide::select(broadcast_read(node, 0, vars), broadcast_read(node, 1, vars), broadcast_read(node, 2, vars));
  });
}

Func build_cast(const Node& node, const std::string&) {
  return define(node, [&](const std::vector<Var>& vars) {
    return Halide::cast(halide_type(node.op.type.dtype), broadcast_read(node, 0, vars));
  });
}

}  // namespace

void register_elementwise(Registry& registry) {
  for (const auto& [name, function] : unaries()) registry[name] = {build_unary, check_unary};
  for (const auto& [name, function] : binaries()) registry[name] = {build_binary, check_binary};
  registry["where"] = {build_where, check_where};
  registry["cast"] = {build_cast, check_cast};
}

}  // namespace tilecast::ops
