// Operators that only move data: each output element is one input element.
#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

// Adds the stage f(vars) = value.
Func define(const Node& node, const std::vector<Var>& vars, const Expr& value) {
  const std::string name = node.builder.name_stage(node.op.op);
  Func f = named_func(name);
  f(vars) = value;
  return node.builder.add(name, f, node.output());
}

Status check_transpose(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const auto perm = node.attributes.get_ints("perm");
  auto sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  bool is_permutation = sorted.size() == x.size();
  for (std::size_t d = 0; d < sorted.size(); ++d) {
    is_permutation = is_permutation && sorted[d] == static_cast<std::int64_t>(d);
  }
  if (!is_permutation) {
    return node_error(node, fmt::format("[{}] is no permutation of {} dimensions", fmt::join(perm, ","), x.size()));
  }
  Shape expected;
  for (const std::int64_t p : perm) expected.push_back(x[static_cast<std::size_t>(p)]);
  return check_shape(node, expected);
}

Func build_transpose(const Node& node, const std::string&) {
  const auto perm = node.op.attributes.get_ints("perm");
  const std::size_t rank = perm.size();
  const std::vector<Var> vars = plain_vars(rank);
  std::vector<Expr> index(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    index[rank - 1 - static_cast<std::size_t>(perm[d])] = vars[rank - 1 - d];
  }
  return define(node, vars, node.input(0)(index));
}

Status check_reshape(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  if (element_count(x) == element_count(node.type.shape)) return Unit{};
  return node_error(node, fmt::format("{} cannot become {}", shape_to_string(x), shape_to_string(node.type.shape)));
}

// Dimensions of both sides that hold the same elements are regrouped apart from the others, so that merging or
// splitting one dimension leaves the indices of the rest alone.
Func build_reshape(const Node& node, const std::string&) {
  const Extents from = node.extents(0);
  const Extents to = node.output();
  const std::vector<Var> vars = plain_vars(to.size());
  std::vector<Expr> index(from.size(), Expr(0));
  std::size_t f = 0;
  std::size_t t = 0;
  while (f < from.size() || t < to.size()) {
    std::vector<std::size_t> from_group;
    std::vector<std::size_t> to_group;
    std::int64_t from_count = 1;
    std::int64_t to_count = 1;
    do {
      if (f < from.size() && (from_count <= to_count || t == to.size())) {
        from_count *= from[f];
        from_group.push_back(f++);
      } else {
        to_count *= to[t];
        to_group.push_back(t++);
      }
    } while (from_count != to_count);
    Expr flat = 0;
    std::int64_t stride = 1;
    for (const std::size_t d : to_group) {
      if (to[d] == 1) continue;
      flat = stride == 1 ? Expr(vars[d]) : flat + vars[d] * static_cast<int>(stride);
      stride *= to[d];
    }
    std::int64_t below = 1;
    for (const std::size_t d : from_group) {
      if (from[d] == 1) continue;
      Expr part = below == 1 ? flat : flat / static_cast<int>(below);
      if (below * from[d] != from_count) part = part % static_cast<int>(from[d]);
      index[d] = part;
      below *= from[d];
    }
  }
  return define(node, vars, node.input(0)(index));
}

Status check_concat(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 64));
  Shape expected = graph.type_of(node.inputs[0]).shape;
  const std::int64_t axis = node.attributes.get_int("axis", -1);
  if (axis < 0 || axis >= static_cast<std::int64_t>(expected.size()))
    return node_error(node, fmt::format("axis {}", axis));
  auto& joined = expected[static_cast<std::size_t>(axis)];
  joined = 0;
  for (const ValueId id : node.inputs) {
    const Shape& s = graph.type_of(id).shape;
    if (s.size() != expected.size()) return node_error(node, "its inputs have different ranks");
    for (std::size_t d = 0; d < s.size(); ++d) {
      if (static_cast<std::int64_t>(d) != axis && s[d] != expected[d]) {
        return node_error(node, fmt::format("extents {} and {} of dimension {} do not fit", s[d], expected[d], d));
      }
    }
    joined += s[static_cast<std::size_t>(axis)];
  }
  return check_shape(node, expected);
}

Func build_concat(const Node& node, const std::string&) {
  const std::vector<Var> vars = channel_vars(node.output().size());
  const std::size_t dim = vars.size() - 1 - static_cast<std::size_t>(node.op.attributes.get_int("axis", 0));
  Expr value;
  std::int64_t end = node.output()[dim];
  for (std::size_t i = node.input_count(); i-- > 0;) {
    const Extents extents = node.extents(i);
    const std::int64_t begin = end - extents[dim];
    std::vector<Expr> index = exprs(vars);
    index[dim] = Halide::clamp(vars[dim] - static_cast<int>(begin), 0, static_cast<int>(extents[dim] - 1));
    const Expr part = node.input(i)(index);
    value = value.defined() ? Halide::select(vars[dim] < static_cast<int>(end), part, value) : part;
    end = begin;
  }
  return define(node, vars, value);
}

Status check_slice(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const auto starts = node.attributes.get_ints("starts");
  const auto steps = node.attributes.get_ints("steps", std::vector<std::int64_t>(starts.size(), 1));
  const Shape& y = node.type.shape;
  if (starts.size() != x.size() || steps.size() != x.size() || y.size() != x.size()) {
    return node_error(node, "starts, steps and output need one entry a dimension");
  }
  for (std::size_t d = 0; d < x.size(); ++d) {
    const std::int64_t last = starts[d] + (y[d] - 1) * steps[d];
    if (starts[d] < 0 || starts[d] >= x[d] || last < 0 || last >= x[d] || steps[d] == 0) {
      return node_error(node, fmt::format("elements {} to {} of dimension {}, which has {}", starts[d], last, d, x[d]));
    }
  }
  return Unit{};
}

Func build_slice(const Node& node, const std::string&) {
  const std::vector<Var> vars = plain_vars(node.output().size());
  const auto starts = node.op.attributes.get_ints("starts");
  const auto steps = node.op.attributes.get_ints("steps", std::vector<std::int64_t>(starts.size(), 1));
  std::vector<Expr> index;
  for (std::size_t d = 0; d < vars.size(); ++d) {
    const std::size_t outer = vars.size() - 1 - d;
    index.push_back(vars[d] * static_cast<int>(steps[outer]) + static_cast<int>(starts[outer]));
  }
  return define(node, vars, node.input(0)(index));
}

Status check_pad(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const auto begin = node.attributes.get_ints("pads_begin");
  const auto end = node.attributes.get_ints("pads_end");
  const std::string mode = node.attributes.get_string("mode", "constant");
  if (begin.size() != x.size() || end.size() != x.size()) return node_error(node, "pads need one entry a dimension");
  if (mode != "constant" && mode != "edge" && mode != "reflect")
    return node_error(node, fmt::format("mode '{}'", mode));
  Shape expected = x;
  for (std::size_t d = 0; d < x.size(); ++d) {
    expected[d] += begin[d] + end[d];
    if (mode == "reflect" && std::max(begin[d], end[d]) >= x[d]) {
      return node_error(node, fmt::format("dimension {} is too short to reflect {}", d, std::max(begin[d], end[d])));
    }
  }
  return check_shape(node, expected);
}

// Halide's abs makes unsigned numbers of whole ones.
Expr magnitude(const Expr& x) {
  return Halide::max(x, -x);
}

Func build_pad(const Node& node, const std::string&) {
  const Extents extents = node.extents(0);
  const std::vector<Var> vars = channel_vars(extents.size());
  const auto begin = node.op.attributes.get_ints("pads_begin");
  const auto end = node.op.attributes.get_ints("pads_end");
  const std::string mode = node.op.attributes.get_string("mode", "constant");
  std::vector<Expr> index = exprs(vars);
  std::vector<bool> checked(extents.size(), false);
  for (std::size_t d = 0; d < extents.size(); ++d) {
    const std::size_t outer = extents.size() - 1 - d;
    if (begin[outer] == 0 && end[outer] == 0) continue;
    index[d] = vars[d] - static_cast<int>(begin[outer]);
    checked[d] = true;
    const auto last = static_cast<int>(extents[d] - 1);
    if (mode == "edge") index[d] = Halide::clamp(index[d], 0, last);
    if (mode == "reflect") index[d] = Halide::clamp(last - magnitude(last - magnitude(index[d])), 0, last);
  }
  if (mode != "constant") return define(node, vars, node.input(0)(index));
  const Expr outside =
      Halide::cast(halide_type(node.op.type.dtype), static_cast<float>(node.op.attributes.get_float("value", 0)));
  return define(node, vars, read_or(node.input(0), index, extents, checked, outside));
}

Status check_gather(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  const Shape& data = graph.type_of(node.inputs[0]).shape;
  const TensorType& indices = graph.type_of(node.inputs[1]);
  const std::int64_t axis = node.attributes.get_int("axis", 0);
  if (is_float(indices.dtype)) return node_error(node, "its indices are not integers");
  if (axis < 0 || axis >= static_cast<std::int64_t>(data.size())) return node_error(node, fmt::format("axis {}", axis));
  Shape expected(data.begin(), data.begin() + axis);
  expected.insert(expected.end(), indices.shape.begin(), indices.shape.end());
  expected.insert(expected.end(), data.begin() + axis + 1, data.end());
  return check_shape(node, expected);
}

Func build_gather(const Node& node, const std::string&) {
  const Extents data = node.extents(0);
  const Extents indices = node.extents(1);
  const std::vector<Var> vars = plain_vars(node.output().size());
  const std::size_t dim = data.size() - 1 - static_cast<std::size_t>(node.op.attributes.get_int("axis", 0));
  std::vector<Expr> where;
  for (std::size_t d = 0; d < indices.size(); ++d) where.emplace_back(vars[dim + d]);
  const Expr picked = wrapped_index(node.input(1)(where), data[dim]);
  std::vector<Expr> index;
  for (std::size_t d = 0; d < dim; ++d) index.emplace_back(vars[d]);
  index.push_back(Halide::clamp(picked, 0, static_cast<int>(data[dim] - 1)));
  for (std::size_t d = dim + 1; d < data.size(); ++d) index.emplace_back(vars[d - 1 + indices.size()]);
  return define(node, vars, node.input(0)(index));
}

Status check_expand(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const Shape& y = node.type.shape;
  if (x.size() > y.size()) return node_error(node, "its output has fewer dimensions than its input");
  for (std::size_t d = 0; d < x.size(); ++d) {
    const std::int64_t extent = y[y.size() - x.size() + d];
    if (x[d] != 1 && x[d] != extent) return node_error(node, fmt::format("extent {} cannot become {}", x[d], extent));
  }
  return Unit{};
}

Func build_expand(const Node& node, const std::string&) {
  const Extents extents = node.extents(0);
  const std::vector<Var> vars = plain_vars(node.output().size());
  std::vector<Expr> index;
  for (std::size_t d = 0; d < extents.size(); ++d) index.push_back(extents[d] == 1 ? Expr(0) : Expr(vars[d]));
  return define(node, vars, node.input(0)(index));
}

}  // namespace

void register_movement(Registry& registry) {
  registry["transpose"] = {build_transpose, check_transpose};
  registry["reshape"] = {build_reshape, check_reshape};
  registry["concat"] = {build_concat, check_concat};
  registry["slice"] = {build_slice, check_slice};
  registry["pad"] = {build_pad, check_pad};
  registry["gather"] = {build_gather, check_gather};
  registry["expand"] = {build_expand, check_expand};
}

}  // namespace tilecast::ops
