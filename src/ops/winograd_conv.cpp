#include "ops/winograd_conv.h"

#include <algorithm>
#include <array>

#include "ir/winograd.h"
#include "ops/window.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

constexpr std::int64_t kLeastChannels = 16;

bool is_winograd_window(const Window& window) {
  const std::size_t spatial = window.kernel.size();
  if (spatial < 2) return false;
  for (std::size_t d = spatial - 2; d < spatial; ++d) {
    if (window.kernel[d] != 3 || window.strides[d] != 1 || window.dilations[d] != 1) return false;
  }
  return true;
}

// sum_k coefficient(k) * values[k], without products by 0 and 1.
template <class Coefficient>
Expr combination(const std::vector<Expr>& values, const Coefficient& coefficient) {
  Expr sum;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double c = coefficient(static_cast<int>(k));
    if (c == 0) continue;
    const Expr magnitude = std::abs(c) == 1 ? values[k] : values[k] * static_cast<float>(std::abs(c));
    if (!sum.defined()) {
      sum = c < 0 ? -magnitude : magnitude;
    } else {
      sum = c < 0 ? sum - magnitude : sum + magnitude;
    }
  }
  return sum;
}

// cases[value], by comparison: unrolled over `value`, one of them is left.
Expr by_case(const Expr& value, const std::vector<Expr>& cases) {
  Expr result = cases.back();
  for (std::size_t i = cases.size() - 1; i-- > 0;)
    result = Halide::select(value == static_cast<int>(i), cases[i], result);
  return result;
}

// The stages of one convolution. Dimensions of all of them: channel, x, y, (z,) N, then what the stage adds.
struct WinogradConv {
  const Node& node;
  const Winograd& w;
  std::string name;
  Window window;  // its padding at the end reaches to the end of the last tiles
  std::size_t spatial;
  Extents output;  // innermost first
  Extents tiles;   // of the output: channels, tiles of x, tiles of y, (z,) N
  std::vector<Var> vars;

  WinogradConv(const Node& n, int outputs)
      : node(n),
        w(winograd(outputs)),
        name(n.builder.name_stage("conv")),
        window(*read_window(n.op, kernel_of(n.builder.graph().type_of(n.op.inputs[1]).shape))),
        spatial(window.kernel.size()),
        output(n.output()),
        tiles(output),
        vars(channel_vars(spatial + 2)) {
    for (const std::size_t dim : {1, 2}) {
      tiles[dim] = (output[dim] + w.outputs - 1) / w.outputs;
      const std::size_t d = spatial - dim;
      window.pads_end[d] = tiles[dim] * w.outputs + 2 - n.extents(0)[dim] - window.pads_begin[d];
    }
  }

  std::vector<Expr> index(const std::vector<Expr>& extra = {}) const {
    std::vector<Expr> result = exprs(vars);
    result.insert(result.end(), extra.begin(), extra.end());
    return result;
  }

  // B^T d B, first along y, then along x.
  Func transformed(const Func& input) const {
    const Var px("px");
    const Var py("py");
    std::vector<Expr> along_x;
    for (int x = 0; x < w.points; ++x) {
      std::vector<Expr> column;
      for (int y = 0; y < w.points; ++y) {
        std::vector<Expr> at = exprs(vars);
        at[1] = vars[1] * w.outputs + x;
        at[2] = vars[2] * w.outputs + y;
        column.push_back(input(at));
      }
      std::vector<Expr> points;
      for (int y = 0; y < w.points; ++y) points.push_back(combination(column, [&](int k) { return w.input_at(y, k); }));
      along_x.push_back(by_case(py, points));
    }
    std::vector<Expr> points;
    for (int x = 0; x < w.points; ++x) points.push_back(combination(along_x, [&](int k) { return w.input_at(x, k); }));
    Func f = named_func(name + ".tiles");
    f(index({px, py})) = by_case(px, points);
    Extents extents = tiles;
    extents[0] = node.extents(0)[0];
    for (std::size_t d = 3; d <= spatial; ++d) {
      extents[d] = node.extents(0)[d] + window.pads_begin[spatial - d] + window.pads_end[spatial - d];
    }
    extents.insert(extents.end(), {w.points, w.points});
    return node.builder.add(name + ".tiles", f, extents);
  }

  Func products(const Func& input) const {
    const Var px("px");
    const Var py("py");
    std::vector<Halide::Range> ranges = {{0, static_cast<int>(node.extents(0)[0])}};
    std::vector<std::string> names = {"ci"};
    if (spatial == 3) {
      ranges.emplace_back(0, static_cast<int>(window.kernel[0]));
      names.emplace_back("kz");
    }
    RDom r(ranges, name + "_r");
    std::vector<Expr> xi = index({px, py});
    xi[0] = r[0];
    std::vector<Expr> wi = {vars[0], r[0], px, py};
    if (spatial == 3) {
      xi[3] = vars[3] * static_cast<int>(window.strides[0]) + r[1] * static_cast<int>(window.dilations[0]);
      wi.emplace_back(r[1]);
    }
    Func f = named_func(name);
    f(index({px, py})) = 0.0f;
    f(index({px, py})) += input(xi) * node.input(1)(wi);
    Extents extents = tiles;
    extents.insert(extents.end(), {w.points, w.points});
    return node.builder.add(name, f, extents, names);
  }

  // A^T along x or y. `inside` are the dimensions that the input adds to those of the tiles, x and y of a point or an
  // output; the one at `along` becomes that of an output.
  Func combined(const std::string& stage, const Func& input, const std::array<Var, 2>& inside,
                std::size_t along) const {
    std::vector<Expr> points;
    for (int k = 0; k < w.points; ++k) {
      std::vector<Expr> at = {inside[0], inside[1]};
      at[along] = k;
      points.push_back(input(index(at)));
    }
    std::vector<Expr> results;
    for (int o = 0; o < w.outputs; ++o) {
      results.push_back(combination(points, [&](int k) { return w.output_at(o, k); }));
    }
    Func f = named_func(name + stage);
    f(index({inside[0], inside[1]})) = by_case(inside[along], results);
    Extents extents = tiles;
    extents.insert(extents.end(), {w.outputs, along == 0 ? w.points : w.outputs});
    return node.builder.add(name + stage, f, extents);
  }

  Func build() const {
    const Func tiled = products(transformed(padded_input(node, name, window, 0.0f)));
    const Func rows = combined(".rows", tiled, {Var("rx"), Var("py")}, 0);
    return placed(combined(".square", rows, {Var("rx"), Var("ry")}, 1));
  }

  // From tiles to the output's own dimensions.
  Func placed(const Func& square) const {
    std::vector<Expr> at = exprs(vars);
    for (const std::size_t d : {1, 2}) at[d] = vars[d] / w.outputs;
    at.emplace_back(vars[1] % w.outputs);
    at.emplace_back(vars[2] % w.outputs);
    Func f = named_func(name + ".all");
    f(vars) = square(at);
    return node.builder.add(name + ".all", f, output);
  }
};

}  // namespace

std::vector<std::string> winograd_algorithms(const OpGraph& graph, const OpNode& node) {
  const ValueId weight = node.inputs[1];
  const Shape& w = graph.type_of(weight).shape;
  if (!graph.is_input(weight) || !graph.inputs[static_cast<std::size_t>(weight)].is_constant) return {};
  if (graph.readers(weight).size() != 1 || node.attributes.get_int("groups", 1) != 1) return {};
  if (w.back() < kLeastChannels || w[w.size() - 2] < kLeastChannels) return {};
  if (!is_winograd_window(*read_window(node, kernel_of(w)))) return {};
  const Shape& output = node.type.shape;
  const std::int64_t smaller = std::min(output[output.size() - 2], output[output.size() - 3]);
  std::vector<std::string> names;
  for (const int outputs : {2, 4}) {
    if (smaller >= outputs) names.push_back("winograd" + std::to_string(outputs));
  }
  return names;
}

int winograd_outputs(const std::string& algorithm) {
  return algorithm == "winograd2" ? 2 : algorithm == "winograd4" ? 4 : 0;
}

Func build_winograd(const Node& node, int outputs) {
  return WinogradConv(node, outputs).build();
}

}  // namespace tilecast::ops
