// Operators that find, add up or move elements by their place along an axis: arg_reduce, top_k, cum_sum,
// gather_elements, flat_index, scatter.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

// The node's axis, innermost first.
std::size_t axis_dim(const OpNode& node, std::size_t rank) {
  return rank - 1 - static_cast<std::size_t>(node.attributes.get_int("axis", 0));
}

std::vector<Expr> with(std::vector<Expr> index, std::size_t dim, const Expr& value) {
  index[dim] = value;
  return index;
}

Expr clamped(const Expr& index, std::int64_t extent) {
  return Halide::clamp(index, 0, static_cast<int>(extent - 1));
}

struct ReductionStage {
  std::string name;
  std::vector<Var> vars;
  Extents extents;
  std::int64_t steps = 1;
};
// The next value of an element from the one so far and the step.
using Combine = std::function<Expr(const Expr& sofar, const Expr& step)>;

Func add_reduction(const Node& node, const ReductionStage& stage, const Expr& initial, const Combine& combine) {
  Func f = named_func(stage.name);
  std::string domain = stage.name + "_r";
  std::replace(domain.begin(), domain.end(), '.', '_');
  const RDom steps(0, static_cast<int>(stage.steps), domain);
  f(stage.vars) = initial;
  f(stage.vars) = combine(f(stage.vars), steps.x);
  return node.builder.add(stage.name, f, stage.extents, {"r0"});
}

Func add_pure(const Node& node, const std::string& name, const std::vector<Var>& vars, const Expr& value) {
  Func f = named_func(name);
  f(vars) = value;
  return node.builder.add(name, f, node.output());
}

Status check_axis(const OpNode& node, std::size_t rank) {
  const std::int64_t axis = node.attributes.get_int("axis", -1);
  if (axis >= 0 && axis < static_cast<std::int64_t>(rank)) return Unit{};
  return node_error(node, fmt::format("axis {} of an input of rank {}", axis, rank));
}

Status check_output(const OpNode& node, DataType dtype, const Shape& shape) {
  if (node.type.dtype == dtype) return check_shape(node, shape);
  return node_error(node, fmt::format("its elements are {}, they must be {}", data_type_name(node.type.dtype),
                                      data_type_name(dtype)));
}

Status check_numbers(const OpGraph& graph, const OpNode& node) {
  if (graph.type_of(node.inputs[0]).dtype != DataType::kBool) return Unit{};
  return node_error(node, "boolean elements are not supported");
}

Status check_indices(const OpNode& node, const TensorType& indices) {
  if (indices.dtype == DataType::kInt64 || indices.dtype == DataType::kInt32) return Unit{};
  return node_error(node, "its indices are not integers");
}

Status check_arg_reduce(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  TILECAST_CHECK(check_numbers(graph, node));
  Shape expected = graph.type_of(node.inputs[0]).shape;
  TILECAST_CHECK(check_axis(node, expected.size()));
  const std::string kind = node.attributes.get_string("kind", "");
  if (kind != "max" && kind != "min") return node_error(node, fmt::format("kind '{}'", kind));
  const auto reduced = expected.begin() + node.attributes.get_int("axis", 0);
  if (node.attributes.get_int("keepdims", 1) != 0) {
    *reduced = 1;
  } else {
    expected.erase(reduced);
  }
  return check_output(node, DataType::kInt64, expected);
}

// The best value, then the first or last place that holds it.
Func build_arg_reduce(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("arg");
  const Extents extents = node.extents(0);
  const std::size_t dim = axis_dim(node.op, extents.size());
  const auto extent = static_cast<int>(extents[dim]);
  const bool keeps = node.op.attributes.get_int("keepdims", 1) != 0;
  const bool greatest = node.op.attributes.get_string("kind", "max") == "max";
  const bool last = node.op.attributes.get_int("last", 0) != 0;
  const std::vector<Var> vars = plain_vars(node.output().size());
  const auto element = [&](const Expr& step) {
    std::vector<Expr> index = exprs(vars);
    if (!keeps) index.insert(index.begin() + static_cast<std::ptrdiff_t>(dim), 0);
    return node.input(0)(with(index, dim, step));
  };
  const Halide::Type type = halide_type(node.input_type(0));
  const Func best =
      add_reduction(node, {name + ".best", vars, node.output(), extent}, greatest ? type.min() : type.max(),
                    [&](const Expr& sofar, const Expr& step) {
                      return greatest ? Halide::max(sofar, element(step)) : Halide::min(sofar, element(step));
                    });
  const int nowhere = last ? -1 : extent;
  const Func at = add_reduction(node, {name + ".at", vars, node.output(), extent}, nowhere,
                                [&](const Expr& sofar, const Expr& step) {
                                  const Expr place = Halide::select(element(step) == best(vars), step, nowhere);
                                  return last ? Halide::max(sofar, place) : Halide::min(sofar, place);
                                });
  // What is no number is equal to nothing: the place stays one of the axis all the same.
  return add_pure(node, name, vars, Halide::cast<std::int64_t>(clamped(at(vars), extent)));
}

Status check_top_k(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  TILECAST_CHECK(check_numbers(graph, node));
  Shape expected = graph.type_of(node.inputs[0]).shape;
  TILECAST_CHECK(check_axis(node, expected.size()));
  const auto axis = static_cast<std::size_t>(node.attributes.get_int("axis", 0));
  if (node.type.shape.size() == expected.size()) {
    const std::int64_t count = node.type.shape[axis];
    if (count > expected[axis]) return node_error(node, fmt::format("{} of {} elements", count, expected[axis]));
    expected[axis] = count;
  }
  return check_output(node, DataType::kInt64, expected);
}

// Each element's rank is how many come before it, of equal ones those at smaller indices; then the element of each
// rank.
Func build_top_k(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("top_k");
  const Extents extents = node.extents(0);
  const std::size_t dim = axis_dim(node.op, extents.size());
  const bool largest = node.op.attributes.get_int("largest", 1) != 0;
  const std::vector<Var> vars = plain_vars(extents.size());
  const Func x = node.input(0);
  const Func rank =
      add_reduction(node, {name + ".rank", vars, extents, extents[dim]}, 0, [&](const Expr& sofar, const Expr& step) {
        const Expr other = x(with(exprs(vars), dim, step));
        const Expr better = largest ? x(vars) < other : other < x(vars);
        return sofar + Halide::cast<int>(better || (other == x(vars) && step < vars[dim]));
      });
  const Func at = add_reduction(
      node, {name + ".at", vars, node.output(), extents[dim]}, 0, [&](const Expr& sofar, const Expr& step) {
        return sofar + Halide::select(rank(with(exprs(vars), dim, step)) == vars[dim], step, 0);
      });
  // Elements that are no numbers share a rank: the sum of their places is none.
  return add_pure(node, name, vars, Halide::cast<std::int64_t>(clamped(at(vars), extents[dim])));
}

Status check_cum_sum(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  TILECAST_CHECK(check_numbers(graph, node));
  const TensorType& x = graph.type_of(node.inputs[0]);
  TILECAST_CHECK(check_axis(node, x.shape.size()));
  return check_output(node, x.dtype, x.shape);
}

Func build_cum_sum(const Node& node, const std::string&) {
  const Extents extents = node.extents(0);
  const std::size_t dim = axis_dim(node.op, extents.size());
  const bool exclusive = node.op.attributes.get_int("exclusive", 0) != 0;
  const bool reverse = node.op.attributes.get_int("reverse", 0) != 0;
  const std::vector<Var> vars = plain_vars(extents.size());
  const Expr zero = Halide::cast(halide_type(node.op.type.dtype), 0);
  return add_reduction(node, {node.builder.name_stage("cum_sum"), vars, extents, extents[dim]}, zero,
                       [&](const Expr& sofar, const Expr& step) {
                         const Expr place = vars[dim];
                         const Expr element = node.input(0)(with(exprs(vars), dim, step));
                         // One comparison: Halide 21 mistakes `step < place || step == place` in some loop orders.
                         const Expr counts = reverse     ? (exclusive ? place < step : place <= step)
                                             : exclusive ? step < place
                                                         : step <= place;
                         return sofar + Halide::select(counts, element, zero);
                       });
}

Status check_gather_elements(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  const TensorType& data = graph.type_of(node.inputs[0]);
  const TensorType& indices = graph.type_of(node.inputs[1]);
  TILECAST_CHECK(check_indices(node, indices));
  TILECAST_CHECK(check_axis(node, data.shape.size()));
  bool fits = indices.shape.size() == data.shape.size();
  for (std::size_t d = 0; fits && d < data.shape.size(); ++d) {
    const bool on_axis = static_cast<std::int64_t>(d) == node.attributes.get_int("axis", 0);
    fits = on_axis || indices.shape[d] <= data.shape[d];
  }
  if (!fits) {
    return node_error(
        node, fmt::format("indices {} do not fit {}", shape_to_string(indices.shape), shape_to_string(data.shape)));
  }
  return check_output(node, data.dtype, indices.shape);
}

Func build_gather_elements(const Node& node, const std::string&) {
  const Extents data = node.extents(0);
  const std::size_t dim = axis_dim(node.op, data.size());
  const std::vector<Var> vars = plain_vars(data.size());
  const Expr picked = clamped(wrapped_index(node.input(1)(vars), data[dim]), data[dim]);
  return add_pure(node, node.builder.name_stage("pick"), vars, node.input(0)(with(exprs(vars), dim, picked)));
}

Status check_flat_index(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const TensorType& indices = graph.type_of(node.inputs[0]);
  TILECAST_CHECK(check_indices(node, indices));
  const std::size_t extents = node.attributes.get_ints("extents").size();
  if (indices.shape.empty() || indices.shape.back() != static_cast<std::int64_t>(extents)) {
    return node_error(node, fmt::format("indices {} for {} extents", shape_to_string(indices.shape), extents));
  }
  return check_output(node, DataType::kInt64, {indices.shape.begin(), indices.shape.end() - 1});
}

Func build_flat_index(const Node& node, const std::string&) {
  const std::vector<std::int64_t> extents = node.op.attributes.get_ints("extents");
  const std::vector<Var> vars = plain_vars(node.output().size());
  Expr value = Halide::cast<std::int64_t>(0);
  std::int64_t stride = 1;
  for (std::size_t d = extents.size(); d-- > 0;) {
    std::vector<Expr> index = exprs(vars);
    index.insert(index.begin(), static_cast<int>(d));
    const Expr part = Halide::cast<std::int64_t>(wrapped_index(node.input(0)(index), extents[d]));
    value = value + part * Halide::cast<std::int64_t>(Expr(stride));
    stride *= extents[d];
  }
  return add_pure(node, node.builder.name_stage("flat"), vars, value);
}

Status check_scatter(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 3, 3));
  const TensorType& data = graph.type_of(node.inputs[0]);
  const TensorType& indices = graph.type_of(node.inputs[1]);
  const TensorType& updates = graph.type_of(node.inputs[2]);
  TILECAST_CHECK(check_indices(node, indices));
  TILECAST_CHECK(check_axis(node, data.shape.size()));
  const std::string reduction = node.attributes.get_string("reduction", "none");
  if (reduction != "none" && reduction != "add" && reduction != "mul") {
    return node_error(node, fmt::format("reduction '{}'", reduction));
  }
  if (reduction != "none") TILECAST_CHECK(check_numbers(graph, node));
  bool fits = updates.shape.size() == data.shape.size() && indices.shape.size() == data.shape.size();
  for (std::size_t d = 0; fits && d < data.shape.size(); ++d) {
    const bool on_axis = static_cast<std::int64_t>(d) == node.attributes.get_int("axis", 0);
    const bool repeated = indices.shape[d] == 1 && !on_axis;
    fits = (repeated || indices.shape[d] == updates.shape[d]) && (on_axis || updates.shape[d] <= data.shape[d]);
  }
  if (!fits || updates.dtype != data.dtype) {
    return node_error(node, fmt::format("updates {} at indices {} do not fit {}", shape_to_string(updates.shape),
                                        shape_to_string(indices.shape), shape_to_string(data.shape)));
  }
  return check_output(node, data.dtype, data.shape);
}

// What a scatter's stages share.
struct ScatterParts {
  const Node& node;
  std::string name;
  std::size_t dim;
  Extents data, indices, updates;
  std::vector<Var> vars;

  // Where the index that sends update number `step` to `place` stands.
  Expr hits(const Expr& step) const {
    std::vector<Expr> index = exprs(vars);
    for (std::size_t d = 0; d < index.size(); ++d) {
      if (indices[d] == 1) index[d] = 0;
    }
    return wrapped_index(node.input(1)(with(index, dim, step)), data[dim]) == vars[dim];
  }
  // Extents of a stage that has one element for each that `values` may change.
  Extents reached(Extents values) const {
    values[dim] = data[dim];
    return values;
  }
  // The output's place in such a stage.
  std::vector<Expr> place(const Extents& values) const {
    std::vector<Expr> index = exprs(vars);
    for (std::size_t d = 0; d < index.size(); ++d) {
      if (d == dim || values[d] == data[d]) continue;
      index[d] = values[d] == 1 ? Expr(0) : Halide::min(index[d], static_cast<int>(values[d] - 1));
    }
    return index;
  }
  // Whether updates can reach the output's place: they may be fewer than the data in other dimensions than the axis.
  Expr reachable(Expr condition) const {
    for (std::size_t d = 0; d < vars.size(); ++d) {
      if (d == dim || updates[d] == data[d]) continue;
      condition = both(condition, vars[d] < static_cast<int>(updates[d]));
    }
    return condition;
  }
};

// The last update that hits an element replaces it.
Func build_replacing_scatter(const ScatterParts& s) {
  const Func last = add_reduction(
      s.node, {s.name + ".last", s.vars, s.reached(s.indices), s.updates[s.dim]}, -1,
      [&](const Expr& sofar, const Expr& step) { return Halide::max(sofar, Halide::select(s.hits(step), step, -1)); });
  const Expr update = last(s.place(s.indices));
  const std::vector<Expr> from = with(s.place(s.updates), s.dim, clamped(update, s.updates[s.dim]));
  const Expr value = Halide::select(s.reachable(update >= 0), s.node.input(2)(from), s.node.input(0)(s.vars));
  return add_pure(s.node, s.name, s.vars, value);
}

// All updates that hit an element are combined, then with it.
Func build_combining_scatter(const ScatterParts& s, bool product) {
  const Expr neutral = Halide::cast(halide_type(s.node.op.type.dtype), product ? 1 : 0);
  const auto joined = [product](const Expr& a, const Expr& b) { return product ? a * b : a + b; };
  const Func total = add_reduction(s.node, {s.name + ".total", s.vars, s.reached(s.updates), s.updates[s.dim]}, neutral,
                                   [&](const Expr& sofar, const Expr& step) {
                                     const Expr update = s.node.input(2)(with(exprs(s.vars), s.dim, step));
                                     return joined(sofar, Halide::select(s.hits(step), update, neutral));
                                   });
  Expr change = total(s.place(s.updates));
  if (const Expr reachable = s.reachable(Expr()); reachable.defined()) {
    change = Halide::select(reachable, change, neutral);
  }
  return add_pure(s.node, s.name, s.vars, joined(s.node.input(0)(s.vars), change));
}

Func build_scatter(const Node& node, const std::string&) {
  const Extents data = node.extents(0);
  const ScatterParts parts{node,
                           node.builder.name_stage("scatter"),
                           axis_dim(node.op, data.size()),
                           data,
                           node.extents(1),
                           node.extents(2),
                           plain_vars(data.size())};
  const std::string reduction = node.op.attributes.get_string("reduction", "none");
  return reduction == "none" ? build_replacing_scatter(parts) : build_combining_scatter(parts, reduction == "mul");
}

}  // namespace

void register_indexing(Registry& registry) {
  registry["arg_reduce"] = {build_arg_reduce, check_arg_reduce};
  registry["top_k"] = {build_top_k, check_top_k};
  registry["cum_sum"] = {build_cum_sum, check_cum_sum};
  registry["gather_elements"] = {build_gather_elements, check_gather_elements};
  registry["flat_index"] = {build_flat_index, check_flat_index};
  registry["scatter"] = {build_scatter, check_scatter};
}

}  // namespace tilecast::ops
