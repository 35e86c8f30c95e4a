// reduce, softmax, layer_norm.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

// Dimensions (innermost first) that the node reduces, ascending.
std::vector<std::size_t> reduced_dims(const OpNode& node, std::size_t rank) {
  std::vector<std::size_t> dims;
  for (const std::int64_t axis : node.attributes.get_ints("axes")) {
    dims.push_back(rank - 1 - static_cast<std::size_t>(axis));
  }
  std::sort(dims.begin(), dims.end());
  return dims;
}

Status check_axes(const OpNode& node, const std::vector<std::int64_t>& axes, std::size_t rank) {
  for (const std::int64_t axis : axes) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(rank)) {
      return node_error(node, fmt::format("axis {} of an input of rank {}", axis, rank));
    }
    if (std::count(axes.begin(), axes.end(), axis) > 1)
      return node_error(node, fmt::format("axis {} is listed twice", axis));
  }
  if (axes.empty()) return node_error(node, "it has no axis");
  return Unit{};
}

Status check_reduce(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const auto axes = node.attributes.get_ints("axes");
  TILECAST_CHECK(check_axes(node, axes, x.size()));
  const std::string kind = node.attributes.get_string("kind", "");
  if (kind != "sum" && kind != "mean" && kind != "max" && kind != "min" && kind != "prod") {
    return node_error(node, fmt::format("'{}' is no kind of reduction", kind));
  }
  Shape expected;
  for (std::size_t d = 0; d < x.size(); ++d) {
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(d)) != axes.end();
    if (!reduced) expected.push_back(x[d]);
    if (reduced && node.attributes.get_int("keepdims", 1) != 0) expected.push_back(1);
  }
  return check_shape(node, expected);
}

struct Domain {
  RDom domain;
  std::vector<std::string> names;
};

Domain domain_over(const Extents& extents, const std::vector<std::size_t>& dims, const std::string& name) {
  std::vector<Halide::Range> ranges;
  Domain result;
  for (const std::size_t d : dims) {
    ranges.emplace_back(0, static_cast<int>(extents[d]));
    result.names.push_back("r" + std::to_string(d));
  }
  result.domain = RDom(ranges, name + "_r");
  return result;
}

void define_reduction(Func f, const std::vector<Var>& out, const std::string& kind, Expr term) {
  if (kind == "max") {
    f(out) = term.type().min();
    f(out) = Halide::max(f(out), term);
  } else if (kind == "min") {
    f(out) = term.type().max();
    f(out) = Halide::min(f(out), term);
  } else if (kind == "prod") {
    f(out) = Halide::cast(term.type(), 1);
    f(out) *= term;
  } else {
    f(out) = Halide::cast(term.type(), 0);
    f(out) += term;
  }
}

Func build_reduce(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("reduce");
  const std::string kind = node.op.attributes.get_string("kind", "sum");
  const Extents extents = node.extents(0);
  const std::vector<std::size_t> dims = reduced_dims(node.op, extents.size());
  const Domain domain = domain_over(extents, dims, name);
  const bool keep = node.op.attributes.get_int("keepdims", 1) != 0;
  const std::vector<Var> out = plain_vars(node.output().size());
  std::vector<Expr> index;
  std::size_t next = 0;
  std::size_t reduced = 0;
  double count = 1;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    if (reduced < dims.size() && dims[reduced] == d) {
      index.push_back(domain.domain[static_cast<int>(reduced++)]);
      count *= static_cast<double>(extents[d]);
      if (keep) ++next;
    } else {
      index.push_back(out[next++]);
    }
  }
  Func f = named_func(name);
  define_reduction(f, out, kind, node.input(0)(index));
  node.builder.add(name, f, node.output(), domain.names);
  if (kind != "mean") return f;
  Func mean = named_func(name + ".mean");
  mean(out) = f(out) * static_cast<float>(1 / count);
  return node.builder.add(name + ".mean", mean, node.output());
}

Status check_softmax(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  TILECAST_CHECK(check_axes(node, {node.attributes.get_int("axis", -1)}, x.size()));
  return check_shape(node, x);
}

// The indices without one dimension.
template <class T>
std::vector<T> without(std::vector<T> values, std::size_t dim) {
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(dim));
  return values;
}

// Lanes of the widest vectors: rows of other lengths are reduced as if they went on to whole vectors, since partial
// results in lanes need a reduction that divides.
constexpr std::int64_t kLanes = 16;

std::int64_t reduced_length(std::int64_t extent) {
  return extent <= kLanes ? extent : (extent + kLanes - 1) / kLanes * kLanes;
}

Func build_softmax(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("softmax");
  const Extents extents = node.extents(0);
  const auto dim = extents.size() - 1 - static_cast<std::size_t>(node.op.attributes.get_int("axis", 0));
  const std::vector<Var> vars = plain_vars(extents.size());
  const std::vector<Var> rows = without(vars, dim);
  const Extents row_extents = without(extents, dim);
  const auto length = static_cast<int>(extents[dim]);
  const auto reduced = static_cast<int>(dim == 0 ? reduced_length(length) : length);
  const auto along = [&](const RDom& r) {
    std::vector<Expr> index = exprs(vars);
    index[dim] = reduced == length ? Expr(r.x) : Halide::min(Halide::likely(r.x), length - 1);
    return index;
  };
  const Func x = node.input(0);
  const std::string axis = "r" + std::to_string(dim);

  Func greatest = named_func(name + ".max");
  RDom over_max(0, reduced, name + "_m");
  define_reduction(greatest, rows, "max", x(along(over_max)));
  node.builder.add(name + ".max", greatest, row_extents, {axis});

  Func power = named_func(name + ".exp");
  power(vars) = Halide::exp(x(vars) - greatest(rows));
  node.builder.add(name + ".exp", power, extents);

  Func sum = named_func(name + ".sum");
  RDom over_sum(0, reduced, name + "_s");
  const Expr term = power(along(over_sum));
  define_reduction(sum, rows, "sum",
                   reduced == length ? term : Halide::select(Halide::likely(over_sum.x < length), term, 0.0f));
  node.builder.add(name + ".sum", sum, row_extents, {axis});

  Func f = named_func(name);
  if (node.op.attributes.get_int("log", 0) != 0) {
    f(vars) = x(vars) - greatest(rows) - Halide::log(sum(rows));
    return node.builder.add(name, f, extents);
  }
  Func scale = named_func(name + ".inv");
  scale(rows) = 1.0f / sum(rows);
  node.builder.add(name + ".inv", scale, row_extents);
  f(vars) = power(vars) * scale(rows);
  return node.builder.add(name, f, extents);
}

Status check_layer_norm(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 3));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const std::int64_t axis = node.attributes.get_int("axis", -1);
  TILECAST_CHECK(check_axes(node, {axis}, x.size()));
  const Shape normalised(x.begin() + axis, x.end());
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const Shape& s = graph.type_of(node.inputs[i]).shape;
    if (s != normalised) {
      return node_error(
          node, fmt::format("its scale or bias is {}, not {}", shape_to_string(s), shape_to_string(normalised)));
    }
  }
  return check_shape(node, x);
}

Func build_layer_norm(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("norm");
  const Extents extents = node.extents(0);
  const std::size_t inner = extents.size() - static_cast<std::size_t>(node.op.attributes.get_int("axis", 0));
  const std::vector<Var> vars = plain_vars(extents.size());
  const std::vector<Var> rows(vars.begin() + static_cast<std::ptrdiff_t>(inner), vars.end());
  const Extents row_extents(extents.begin() + static_cast<std::ptrdiff_t>(inner), extents.end());
  std::vector<std::size_t> dims;
  double count = 1;
  for (std::size_t d = 0; d < inner; ++d) {
    dims.push_back(d);
    count *= static_cast<double>(extents[d]);
  }
  const auto per_element = static_cast<float>(1 / count);
  const Func x = node.input(0);
  const auto along = [&](const RDom& r) {
    std::vector<Expr> index = exprs(vars);
    for (std::size_t d = 0; d < inner; ++d) index[d] = r[static_cast<int>(d)];
    return index;
  };

  Func sum = named_func(name + ".sum");
  const Domain over_sum = domain_over(extents, dims, name + "_s");
  define_reduction(sum, rows, "sum", x(along(over_sum.domain)));
  node.builder.add(name + ".sum", sum, row_extents, over_sum.names);
  Func mean = named_func(name + ".mean");
  mean(rows) = sum(rows) * per_element;
  node.builder.add(name + ".mean", mean, row_extents);

  // Squares of deviations, not the difference of two large sums.
  Func squares = named_func(name + ".sqr");
  const Domain over_squares = domain_over(extents, dims, name + "_q");
  const Expr deviation = x(along(over_squares.domain)) - mean(rows);
  define_reduction(squares, rows, "sum", deviation * deviation);
  node.builder.add(name + ".sqr", squares, row_extents, over_squares.names);
  Func scale = named_func(name + ".inv");
  scale(rows) = 1.0f / Halide::sqrt(squares(rows) * per_element +
                                    static_cast<float>(node.op.attributes.get_float("epsilon", 1e-5)));
  node.builder.add(name + ".inv", scale, row_extents);

  std::vector<Expr> within;
  for (std::size_t d = 0; d < inner; ++d) within.emplace_back(vars[d]);
  Expr value = (x(vars) - mean(rows)) * scale(rows) * node.input(1)(within);
  if (node.input_count() > 2) value = value + node.input(2)(within);
  Func f = named_func(name);
  f(vars) = value;
  return node.builder.add(name, f, extents);
}

}  // namespace

void register_reductions(Registry& registry) {
  registry["reduce"] = {build_reduce, check_reduce};
  registry["softmax"] = {build_softmax, check_softmax};
  registry["layer_norm"] = {build_layer_norm, check_layer_norm};
}

}  // namespace tilecast::ops
