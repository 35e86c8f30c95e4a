// Operators that compute each element from elements at the same (broadcast) place.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "ops/builder.h"
#include "ops/unary_functions.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

using Binary = Expr (*)(const Expr& a, const Expr& b);

// Whole numbers are rounded towards zero, as in C; Halide rounds so that no remainder is negative.
Expr quotient(const Expr& a, const Expr& b) {
  if (!a.type().is_int()) return a / b;
  const Expr whole = magnitude(a) / magnitude(b);
  return Halide::select((a < 0) != (b < 0), -whole, whole);
}

// The rest of that division, which has the sign of the dividend.
Expr remainder(const Expr& a, const Expr& b) {
  if (a.type().is_uint()) return a % b;
  const Expr dividend = magnitude(a);
  const Expr divisor = magnitude(b);
  Expr rest = dividend % divisor;
  if (a.type().is_float()) {
    // A quotient that was rounded up or down to the next whole number leaves too little or too much.
    rest = dividend - divisor * Halide::floor(dividend / divisor);
    rest = Halide::select(rest < 0, rest + divisor, rest >= divisor, rest - divisor, rest);
  }
  return Halide::select(a < 0, -rest, rest);
}

// The rest that has the sign of the divisor.
Expr modulo(const Expr& a, const Expr& b) {
  const Expr rest = remainder(a, b);
  return a.type().is_uint() ? rest : Halide::select(rest != 0 && (rest < 0) != (b < 0), rest + b, rest);
}

const std::map<std::string, Binary>& binaries() {
  static const std::map<std::string, Binary> table = {
      {"add", [](const Expr& a, const Expr& b) { return a + b; }},
      {"sub", [](const Expr& a, const Expr& b) { return a - b; }},
      {"mul", [](const Expr& a, const Expr& b) { return a * b; }},
      {"div", [](const Expr& a, const Expr& b) { return quotient(a, b); }},
      {"mod", [](const Expr& a, const Expr& b) { return modulo(a, b); }},
      {"fmod", [](const Expr& a, const Expr& b) { return remainder(a, b); }},
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
    return unary_functions().at(node.op.op)(broadcast_read(node, 0, vars), node.op.attributes);
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
  for (const auto& [name, function] : unary_functions()) registry[name] = {build_unary, check_unary};
  for (const auto& [name, function] : binaries()) registry[name] = {build_binary, check_binary};
  registry["where"] = {build_where, check_where};
  registry["cast"] = {build_cast, check_cast};
}

}  // namespace tilecast::ops
