// max_pool, avg_pool: x[N,S…,C] -> [N,S'…,C]. max_pool_index: where in x the elements of max_pool(x) come from.
#include <limits>

#include "ops/window.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

constexpr float kLeast = std::numeric_limits<float>::lowest();

Status check_window(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_activation(graph, node));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const auto kernel = node.attributes.get_ints("kernel");
  if (kernel.size() + 2 != x.size()) return node_error(node, "its kernel does not have one entry a spatial dimension");
  TILECAST_TRY(const Window window, read_window(node, kernel));
  TILECAST_TRY(const Shape spatial, window_output(node, window, x));
  Shape expected = {x.front()};
  expected.insert(expected.end(), spatial.begin(), spatial.end());
  expected.push_back(x.back());
  return check_shape(node, expected);
}

Status check(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 1, 1));
  return check_window(graph, node);
}

Status check_index(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  TILECAST_CHECK(check_window(graph, node));
  if (node.type.dtype != DataType::kInt64) return node_error(node, "its output is not int64");
  if (graph.type_of(node.inputs[1]).shape != node.type.shape) return node_error(node, "its inputs do not fit together");
  // Positions and images are counted in 32 bits.
  if (element_count(graph.type_of(node.inputs[0]).shape) > std::numeric_limits<std::int32_t>::max()) {
    return node_error(node, "its input is too large");
  }
  return Unit{};
}

struct Taps {
  RDom domain;
  std::vector<std::string> names;
  std::vector<Expr> index;  // of the padded input
};

Taps taps_of(const Window& window, const std::vector<Var>& out, const std::string& name) {
  static constexpr const char* kNames[] = {"kx", "ky", "kz"};
  const std::size_t spatial = window.kernel.size();
  std::vector<Halide::Range> ranges;
  Taps taps;
  for (std::size_t d = 0; d < spatial; ++d) {
    ranges.emplace_back(0, static_cast<int>(window.kernel[spatial - 1 - d]));
    taps.names.emplace_back(kNames[d]);
  }
  taps.domain = RDom(ranges, name + "_r");
  taps.index = exprs(out);
  for (std::size_t d = 0; d < spatial; ++d) {
    const std::size_t outer = spatial - 1 - d;
    taps.index[d + 1] = out[d + 1] * static_cast<int>(window.strides[outer]) +
                        taps.domain[static_cast<int>(d)] * static_cast<int>(window.dilations[outer]);
  }
  return taps;
}

Func build_max(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("max_pool");
  const Window window = *read_window(node.op, node.op.attributes.get_ints("kernel"));
  const Func x = padded_input(node, name, window, kLeast);
  const std::vector<Var> out = channel_vars(node.output().size());
  const Taps taps = taps_of(window, out, name);
  Func f = named_func(name);
  f(out) = kLeast;
  f(out) = Halide::max(f(out), x(taps.index));
  return node.builder.add(name, f, node.output(), taps.names);
}

// How many elements of the input (of the kernel, when padding counts) the window at this output position holds.
Expr window_count(const Node& node, const Window& window, const std::vector<Var>& out) {
  const bool with_padding = node.op.attributes.get_int("count_include_pad", 0) != 0;
  Expr count = 1;
  for (std::size_t d = 0; d < window.kernel.size(); ++d) {
    const std::size_t outer = window.kernel.size() - 1 - d;
    const auto kernel = static_cast<int>(window.kernel[outer]);
    const auto extent = static_cast<int>(node.extents(0)[d + 1]);
    if (with_padding || (window.pads_begin[outer] == 0 && window.pads_end[outer] == 0)) {
      count = count * kernel;
      continue;
    }
    // Taps t with 0 <= start + t * dilation < extent.
    const auto dilation = static_cast<int>(window.dilations[outer]);
    const Expr start =
        out[d + 1] * static_cast<int>(window.strides[outer]) - static_cast<int>(window.pads_begin[outer]);
    const Expr first = Halide::max(0, (-start + dilation - 1) / dilation);
    const Expr last = Halide::min(kernel - 1, (extent - 1 - start) / dilation);
    count = count * Halide::max(last - first + 1, 1);
  }
  return count;
}

Func build_average(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("avg_pool");
  const Window window = *read_window(node.op, node.op.attributes.get_ints("kernel"));
  const Func x = padded_input(node, name, window, 0.0f);
  const std::vector<Var> out = channel_vars(node.output().size());
  const Taps taps = taps_of(window, out, name);
  Func sum = named_func(name + ".sum");
  sum(out) = 0.0f;
  sum(out) += x(taps.index);
  node.builder.add(name + ".sum", sum, node.output(), taps.names);
  Func f = named_func(name);
  f(out) = sum(out) / Halide::cast<float>(window_count(node, window, out));
  return node.builder.add(name, f, node.output());
}

// The row-major position among the spatial dimensions of the first element of each window that is its largest.
Func largest_position(const Node& node, const std::string& name, const Window& window, int plane) {
  const Extents input = node.extents(0);
  const std::vector<Var> out = channel_vars(input.size());
  const Taps taps = taps_of(window, out, name);
  std::vector<Expr> index = taps.index;
  Expr position = 0;
  Expr found;
  for (std::size_t dim = window.kernel.size(); dim > 0; --dim) {
    const std::size_t outer = window.kernel.size() - dim;
    const auto extent = static_cast<int>(input[dim]);
    index[dim] = taps.index[dim] - static_cast<int>(window.pads_begin[outer]);
    position = position * extent + index[dim];
    if (window.pads_begin[outer] == 0 && window.pads_end[outer] == 0) continue;
    found = both(found, index[dim] >= 0 && index[dim] < extent);
    index[dim] = Halide::clamp(index[dim], 0, extent - 1);
  }
  const Expr equal = node.input(0)(index) == node.input(1)(out);
  Func f = named_func(name + ".at");
  f(out) = plane - 1;
  f(out) = Halide::min(f(out), Halide::select(both(found, equal), position, plane - 1));
  return node.builder.add(name + ".at", f, node.output(), taps.names);
}

// A row-major position counted column by column: the first spatial dimension runs fastest.
Expr column_major(const Expr& position, const Extents& input) {
  Expr rest = position;
  Expr result = 0;
  int stride = 1;
  for (std::size_t d = 1; d + 1 < input.size(); ++d) stride *= static_cast<int>(input[d]);
  for (std::size_t d = 1; d + 1 < input.size(); ++d) {
    const auto extent = static_cast<int>(input[d]);
    stride /= extent;
    result = result + rest % extent * stride;
    rest = rest / extent;
  }
  return result;
}

Func build_index(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("pool_index");
  const Window window = *read_window(node.op, node.op.attributes.get_ints("kernel"));
  const Extents input = node.extents(0);
  std::int64_t plane = 1;
  for (std::size_t d = 1; d + 1 < input.size(); ++d) plane *= input[d];
  const Func at = largest_position(node, name, window, static_cast<int>(plane));
  const std::vector<Var> out = channel_vars(input.size());
  const bool columns = node.op.attributes.get_int("column_major", 0) != 0;
  const Expr position = columns ? column_major(at(out), input) : at(out);
  Func f = named_func(name);
  f(out) = place_in_images(out, input.front(), plane, position);
  return node.builder.add(name, f, node.output());
}

}  // namespace

void register_pools(Registry& registry) {
  registry["max_pool"] = {build_max, check};
  registry["avg_pool"] = {build_average, check};
  registry["max_pool_index"] = {build_index, check_index};
}

}  // namespace tilecast::ops
