#include "ops/window.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilecast::ops {

using Halide::Expr;
using Halide::Func;
using Halide::Var;

Status check_entries(const OpNode& node, const char* name, const std::vector<std::int64_t>& values, std::size_t count,
                     std::int64_t least) {
  if (values.size() != count) {
    return node_error(node,
                      fmt::format("attribute {} has {} entries for {} spatial dimensions", name, values.size(), count));
  }
  for (const std::int64_t v : values) {
    if (v < least || v > (1 << 20)) return node_error(node, fmt::format("attribute {} holds {}", name, v));
  }
  return Unit{};
}

Result<Window> read_window(const OpNode& node, std::vector<std::int64_t> kernel) {
  const std::size_t count = kernel.size();
  const std::vector<std::int64_t> ones(count, 1);
  const std::vector<std::int64_t> zeros(count, 0);
  Window w;
  w.kernel = std::move(kernel);
  w.strides = node.attributes.get_ints("strides", ones);
  w.dilations = node.attributes.get_ints("dilations", ones);
  w.pads_begin = node.attributes.get_ints("pads_begin", zeros);
  w.pads_end = node.attributes.get_ints("pads_end", zeros);
  TILECAST_CHECK(check_entries(node, "kernel", w.kernel, count, 1));
  TILECAST_CHECK(check_entries(node, "strides", w.strides, count, 1));
  TILECAST_CHECK(check_entries(node, "dilations", w.dilations, count, 1));
  TILECAST_CHECK(check_entries(node, "pads_begin", w.pads_begin, count, 0));
  TILECAST_CHECK(check_entries(node, "pads_end", w.pads_end, count, 0));
  return w;
}

Result<Shape> window_output(const OpNode& node, const Window& window, const Shape& input) {
  Shape output;
  for (std::size_t d = 0; d < window.kernel.size(); ++d) {
    const std::int64_t reach = (window.kernel[d] - 1) * window.dilations[d] + 1;
    const std::int64_t available = input[d + 1] + window.pads_begin[d] + window.pads_end[d] - reach;
    if (available < 0) {
      return node_error(node, fmt::format("a window of {} does not fit an input of {}", reach, input[d + 1]));
    }
    output.push_back(available / window.strides[d] + 1);
  }
  return output;
}

Func padded_input(const Node& node, const std::string& name, const Window& window, Expr outside) {
  const std::size_t spatial = window.kernel.size();
  Extents extents = node.extents(0);
  const Extents input = extents;
  std::vector<bool> checked(extents.size(), false);
  const std::vector<Var> vars = channel_vars(extents.size());
  std::vector<Expr> index = exprs(vars);
  for (std::size_t d = 0; d < spatial; ++d) {
    const std::size_t dim = spatial - d;  // innermost first, after the channels
    const std::int64_t before = window.pads_begin[d];
    const std::int64_t after = window.pads_end[d];
    if (before == 0 && after == 0) continue;
    extents[dim] += before + after;
    index[dim] = vars[dim] - static_cast<int>(before);
    checked[dim] = true;
  }
  if (extents == input) return node.input(0);
  Func pad = named_func(name + ".pad");
  pad(vars) = read_or(node.input(0), index, input, checked, std::move(outside));
  return node.builder.add(name + ".pad", pad, extents);
}

Expr group_of(const Expr& channel, std::int64_t channels_a_group, std::int64_t groups) {
  return Halide::min(channel / static_cast<int>(channels_a_group), static_cast<int>(groups) - 1);
}

Expr place_in_images(const std::vector<Var>& out, std::int64_t channels, std::int64_t plane, const Expr& position) {
  const Expr image = out.back() * static_cast<int>(channels) + out.front();
  return Halide::cast<std::int64_t>(image) * Halide::cast<std::int64_t>(Expr(static_cast<int>(plane))) +
         Halide::cast<std::int64_t>(position);
}

Status check_activation(const OpGraph& graph, const OpNode& node) {
  const std::size_t rank = graph.type_of(node.inputs[0]).shape.size();
  if (rank >= 3 && rank <= 5) return Unit{};
  return node_error(
      node, fmt::format("its input has rank {}; batch, 1 to 3 spatial dimensions and channels are needed", rank));
}

}  // namespace tilecast::ops
