// resize: x[N,S…,C] -> [N,S'…,C], each spatial dimension by the ratio of its extents.
#include <fmt/format.h>

#include <limits>
#include <numeric>
#include <set>

#include "ops/window.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

Status check(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  TILECAST_CHECK(check_activation(graph, node));
  const std::string mode = node.attributes.get_string("mode", "nearest");
  if (mode != "nearest" && mode != "linear") return node_error(node, fmt::format("mode '{}' is not supported", mode));
  static const std::set<std::string> kCoordinates = {"asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners"};
  const std::string coordinates = node.attributes.get_string("coordinates", "half_pixel");
  if (!kCoordinates.contains(coordinates)) {
    return node_error(node, fmt::format("coordinates '{}' are not supported", coordinates));
  }
  static const std::set<std::string> kRoundings = {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"};
  const std::string rounding = node.attributes.get_string("rounding", "round_prefer_floor");
  if (!kRoundings.contains(rounding)) return node_error(node, fmt::format("rounding '{}' is not supported", rounding));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const Shape& y = node.type.shape;
  if (x.size() != y.size() || x.front() != y.front() || x.back() != y.back()) {
    return node_error(node, "only its spatial dimensions can change");
  }
  for (std::size_t d = 1; d + 1 < x.size(); ++d) {
    // Places are computed in 32 bits.
    if (8 * x[d] * y[d] > std::numeric_limits<std::int32_t>::max()) {
      return node_error(node, fmt::format("extents {} and {} are too large", x[d], y[d]));
    }
  }
  return Unit{};
}

// The place (factor * o + offset) / divisor in the input of the output's element o, in one dimension.
struct Place {
  std::int64_t factor = 1;
  std::int64_t offset = 0;
  std::int64_t divisor = 1;
};

Place place_of(const std::string& coordinates, std::int64_t in, std::int64_t out) {
  if (coordinates == "asymmetric") return {in, 0, out};
  if (coordinates == "align_corners") return out == 1 ? Place{0, 0, 1} : Place{in - 1, 0, out - 1};
  if (coordinates == "pytorch_half_pixel" && out == 1) return {0, 0, 1};
  return {2 * in, in - out, 2 * out};  // (o + 1/2) * in / out - 1/2
}

// floor of the place moved by `numerator / denominator`, with small numbers.
Expr floor_of(const Place& place, std::int64_t numerator, std::int64_t denominator, const Var& o) {
  std::int64_t factor = place.factor * denominator;
  std::int64_t offset = place.offset * denominator + numerator * place.divisor;
  std::int64_t divisor = place.divisor * denominator;
  // floor((g f o + b) / (g d)) = floor((f o + floor(b / g)) / d) for whole f and o.
  const std::int64_t common = std::gcd(factor, divisor);
  factor /= common;
  divisor /= common;
  offset = offset >= 0 ? offset / common : -((-offset + common - 1) / common);
  const Expr scaled = o * static_cast<int>(factor) + static_cast<int>(offset);
  return divisor == 1 ? scaled : scaled / static_cast<int>(divisor);
}

Expr nearest_index(const Place& place, const std::string& rounding, const Var& o) {
  if (rounding == "floor") return floor_of(place, 0, 1, o);
  if (rounding == "round_prefer_ceil") return floor_of(place, 1, 2, o);
  // ceil(n / d) = floor((n + d - 1) / d); of a half less for the other.
  if (rounding == "ceil") return floor_of({place.factor, place.offset + place.divisor - 1, place.divisor}, 0, 1, o);
  return floor_of({2 * place.factor, 2 * place.offset + place.divisor - 1, 2 * place.divisor}, 0, 1, o);
}

// Between the two neighbours in each dimension from `dim` on that changes.
Expr interpolate(const Node& node, const std::vector<Var>& vars, std::vector<Expr>& index, std::size_t dim) {
  const Extents in = node.extents(0);
  const Extents out = node.output();
  while (dim + 1 < in.size() && in[dim] == out[dim]) ++dim;
  if (dim + 1 >= in.size()) return node.input(0)(index);
  const Place place = place_of(node.op.attributes.get_string("coordinates", "half_pixel"), in[dim], out[dim]);
  const auto last = static_cast<int>(in[dim] - 1);
  const Expr first = floor_of(place, 0, 1, vars[dim]);
  const Expr scaled = vars[dim] * static_cast<int>(place.factor) + static_cast<int>(place.offset);
  const Expr share = Halide::cast<float>(scaled - first * static_cast<int>(place.divisor)) *
                     (1.0f / static_cast<float>(place.divisor));
  index[dim] = Halide::clamp(first, 0, last);
  const Expr low = interpolate(node, vars, index, dim + 1);
  index[dim] = Halide::clamp(first + 1, 0, last);
  const Expr high = interpolate(node, vars, index, dim + 1);
  index[dim] = vars[dim];
  return low + (high - low) * share;
}

Func build(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("resize");
  const Extents in = node.extents(0);
  const Extents out = node.output();
  const std::vector<Var> vars = channel_vars(out.size());
  std::vector<Expr> index = exprs(vars);
  Func f = named_func(name);
  if (node.op.attributes.get_string("mode", "nearest") == "linear") {
    f(vars) = interpolate(node, vars, index, 1);
    return node.builder.add(name, f, out);
  }
  const std::string coordinates = node.op.attributes.get_string("coordinates", "half_pixel");
  const std::string rounding = node.op.attributes.get_string("rounding", "round_prefer_floor");
  for (std::size_t d = 1; d + 1 < in.size(); ++d) {
    if (in[d] == out[d]) continue;
    const Expr nearest = nearest_index(place_of(coordinates, in[d], out[d]), rounding, vars[d]);
    index[d] = Halide::clamp(nearest, 0, static_cast<int>(in[d] - 1));
  }
  f(vars) = node.input(0)(index);
  return node.builder.add(name, f, out);
}

}  // namespace

void register_resizes(Registry& registry) {
  registry["resize"] = {build, check};
}

}  // namespace tilecast::ops
