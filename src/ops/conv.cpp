// conv: x[N,S…,C], w[K…,C/g,M] -> [N,S'…,M].
#include <fmt/format.h>

#include <algorithm>

#include "ops/window.h"
#include "ops/winograd_conv.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

Status check(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  TILECAST_CHECK(check_activation(graph, node));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const Shape& w = graph.type_of(node.inputs[1]).shape;
  if (w.size() != x.size()) return node_error(node, "its weight and input have different ranks");
  const std::int64_t groups = node.attributes.get_int("groups", 1);
  const std::int64_t in_group = w[w.size() - 2];
  if (groups < 1 || x.back() != in_group * groups || w.back() % groups != 0) {
    return node_error(node, fmt::format("{} input channels, {} groups and a weight {} do not fit", x.back(), groups,
                                        shape_to_string(w)));
  }
  TILECAST_TRY(const Window window, read_window(node, kernel_of(w)));
  TILECAST_TRY(const Shape spatial, window_output(node, window, x));
  Shape expected = {x.front()};
  expected.insert(expected.end(), spatial.begin(), spatial.end());
  expected.push_back(w.back());
  return check_shape(node, expected);
}

Func build_direct(const Node& node) {
  const std::string name = node.builder.name_stage("conv");
  const Shape& weight = node.builder.graph().type_of(node.op.inputs[1]).shape;
  const Window window = *read_window(node.op, kernel_of(weight));
  const Func x = padded_input(node, name, window, 0.0f);
  const Func w = node.input(1);
  const auto groups = node.op.attributes.get_int("groups", 1);
  const std::int64_t in_group = weight[weight.size() - 2];
  const std::int64_t out_group = weight.back() / groups;
  const std::size_t spatial = window.kernel.size();

  // Reduction variables innermost first: channels of the group (when there is more than one), then the kernel.
  const bool reduces_channels = in_group > 1 || (spatial > 0 && groups == 1);
  std::vector<Halide::Range> ranges;
  std::vector<std::string> names;
  if (reduces_channels) {
    ranges.emplace_back(0, static_cast<int>(in_group));
    names.emplace_back("ci");
  }
  static constexpr const char* kKernel[] = {"kx", "ky", "kz"};
  for (std::size_t d = 0; d < spatial; ++d) {
    ranges.emplace_back(0, static_cast<int>(window.kernel[spatial - 1 - d]));
    names.emplace_back(kKernel[d]);
  }
  RDom r(ranges, name + "_r");
  const std::size_t first_kernel = reduces_channels ? 1 : 0;

  const std::vector<Var> out = channel_vars(spatial + 2);
  const Expr ci = reduces_channels ? Expr(r[0]) : Expr(0);
  Expr channel = ci;
  if (groups > 1 && in_group == 1 && out_group == 1)
    channel = out[0];
  else if (groups > 1)
    channel = group_of(out[0], out_group, groups) * static_cast<int>(in_group) + ci;
  std::vector<Expr> xi = {channel};
  std::vector<Expr> wi = {out[0], ci};
  for (std::size_t d = 0; d < spatial; ++d) {
    const std::size_t outer = spatial - 1 - d;
    const Expr k = r[static_cast<int>(first_kernel + d)];
    xi.push_back(out[d + 1] * static_cast<int>(window.strides[outer]) + k * static_cast<int>(window.dilations[outer]));
    wi.push_back(k);
  }
  xi.emplace_back(out.back());
  Func f = named_func(name);
  f(out) = 0.0f;
  f(out) += x(xi) * w(wi);
  return node.builder.add(name, f, node.output(), names);
}

std::vector<std::string> algorithms(const OpGraph& graph, const OpNode& node) {
  std::vector<std::string> names = winograd_algorithms(graph, node);
  if (!names.empty()) names.insert(names.begin(), "direct");
  return names;
}

// Winograd's outputs a tile and dimension where the algorithm computes this node so; else 0.
int tile_outputs(const OpGraph& graph, const OpNode& node, const std::string& algorithm) {
  const std::vector<std::string> names = winograd_algorithms(graph, node);
  const bool offered = std::find(names.begin(), names.end(), algorithm) != names.end();
  return offered ? winograd_outputs(algorithm) : 0;
}

std::vector<ConstantForm> forms(const OpGraph& graph, const OpNode& node, const std::string& algorithm) {
  const int outputs = tile_outputs(graph, node, algorithm);
  if (outputs == 0) return {};
  return {ConstantForm::kPlain, outputs == 2 ? ConstantForm::kWinograd2 : ConstantForm::kWinograd4};
}

Func build(const Node& node, const std::string& algorithm) {
  const int outputs = tile_outputs(node.builder.graph(), node.op, algorithm);
  return outputs == 0 ? build_direct(node) : build_winograd(node, outputs);
}

}  // namespace

void register_convolutions(Registry& registry) {
  registry["conv"] = {build, check, algorithms, forms};
}

}  // namespace tilecast::ops
