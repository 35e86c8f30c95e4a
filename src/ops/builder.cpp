#include "ops/builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilecast::ops {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

Halide::Type halide_type(DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return Halide::Float(32);
    case DataType::kFloat64:
      return Halide::Float(64);
    case DataType::kInt64:
      return Halide::Int(64);
    case DataType::kInt32:
      return Halide::Int(32);
    case DataType::kInt8:
      return Halide::Int(8);
    case DataType::kUInt8:
      return Halide::UInt(8);
    case DataType::kBool:
      return Halide::Bool();
  }
  return Halide::Float(32);
}

Func named_func(std::string stage) {
  std::replace(stage.begin(), stage.end(), '.', '_');
  return Func(stage);
}

Extents innermost_first(const Shape& shape) {
  return {shape.rbegin(), shape.rend()};
}

Func Builder::add(const std::string& name, Func func, Extents extents, std::vector<std::string> reductions) {
  pipeline_.stages.push_back(func);
  pipeline_.names.push_back(name);
  pipeline_.extents.push_back(std::move(extents));
  pipeline_.reductions.push_back(std::move(reductions));
  return func;
}

std::vector<Var> channel_vars(std::size_t rank) {
  if (rank < 3 || rank > 5) return plain_vars(rank);
  std::vector<Var> vars;
  static constexpr const char* kSpatial[] = {"x", "y", "z"};
  vars.emplace_back("c");
  for (std::size_t d = 0; d + 2 < rank; ++d) vars.emplace_back(kSpatial[d]);
  vars.emplace_back("n");
  return vars;
}

std::vector<Var> plain_vars(std::size_t rank) {
  std::vector<Var> vars;
  for (std::size_t d = 0; d < rank; ++d) vars.emplace_back("d" + std::to_string(d));
  return vars;
}

std::vector<Expr> exprs(const std::vector<Var>& vars) {
  return {vars.begin(), vars.end()};
}

Expr both(const Expr& a, const Expr& b) {
  return a.defined() ? a && b : b;
}

Expr read_or(Func value, const std::vector<Expr>& index, const Extents& extents, const std::vector<bool>& checked,
             Expr outside) {
  std::vector<Expr> safe = index;
  Expr inside;
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (!checked[d]) continue;
    const auto last = static_cast<int>(extents[d] - 1);
    safe[d] = Halide::clamp(index[d], 0, last);
    inside = both(inside, index[d] >= 0 && index[d] <= last);
  }
  return inside.defined() ? Halide::select(inside, value(safe), std::move(outside)) : value(safe);
}

Expr wrapped_index(const Expr& index, std::int64_t extent) {
  const Expr i = Halide::cast<int>(index);
  return Halide::select(i < 0, i + static_cast<int>(extent), i);
}

Error node_error(const OpNode& node, const std::string& reason) {
  return Error{fmt::format("node '{}' ({}): {}", node.name, node.op, reason)};
}

Status check_inputs(const OpNode& node, std::size_t least, std::size_t most) {
  if (node.inputs.size() >= least && node.inputs.size() <= most) return Unit{};
  return node_error(node, least == most
                              ? fmt::format("takes {} inputs, not {}", least, node.inputs.size())
                              : fmt::format("takes {} to {} inputs, not {}", least, most, node.inputs.size()));
}

Status check_shape(const OpNode& node, const Shape& expected) {
  if (node.type.shape == expected) return Unit{};
  return node_error(node, fmt::format("its output is {}, but its inputs and attributes make {}",
                                      shape_to_string(node.type.shape), shape_to_string(expected)));
}

}  // namespace tilecast::ops
