// max_unpool: x[N,S…,C], indices[N,S…,C] -> [N,S'…,C]: each element of x at the place that its index names (counted as
// by max_pool_index over the output), zeros elsewhere. An index lies in its element's window, as pooling makes it: each
// output element looks through the windows that hold it. Where several name it, the last one counts.
#include <fmt/format.h>

#include <limits>

#include "ops/window.h"

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
  const TensorType& indices = graph.type_of(node.inputs[1]);
  if (indices.shape != x || indices.dtype != DataType::kInt64) {
    return node_error(node, "its indices are not int64 of its input's shape");
  }
  const auto kernel = node.attributes.get_ints("kernel");
  if (kernel.size() + 2 != x.size()) return node_error(node, "its kernel does not have one entry a spatial dimension");
  TILECAST_TRY(const Window window, read_window(node, kernel));
  Shape expected = {x.front()};
  for (std::size_t d = 0; d < kernel.size(); ++d) {
    expected.push_back((x[d + 1] - 1) * window.strides[d] + kernel[d] - window.pads_begin[d] - window.pads_end[d]);
    if (expected.back() < 1) return node_error(node, "its padding leaves nothing of the output");
  }
  expected.push_back(x.back());
  // Positions and images are counted in 32 bits.
  if (element_count(x) > std::numeric_limits<std::int32_t>::max() ||
      element_count(expected) > std::numeric_limits<std::int32_t>::max()) {
    return node_error(node, "it is too large");
  }
  return check_shape(node, expected);
}

// The number that an index must have to name the output element `out`.
Expr own_index(const std::vector<Var>& out, const Extents& output) {
  Expr position = 0;
  std::int64_t plane = 1;
  for (std::size_t d = output.size() - 1; d-- > 1;) {
    position = position * static_cast<int>(output[d]) + out[d];
    plane *= output[d];
  }
  return place_in_images(out, output.front(), plane, position);
}

// The row-major position in the input of the last element that names each output element; -1: none.
Func last_source(const Node& node, const std::string& name, const Window& window) {
  static constexpr const char* kNames[] = {"tx", "ty", "tz"};
  const Extents input = node.extents(0);
  const std::size_t spatial = window.kernel.size();
  std::vector<Halide::Range> ranges;
  std::vector<std::string> names;
  for (std::size_t d = 0; d < spatial; ++d) {
    const std::size_t outer = spatial - 1 - d;
    ranges.emplace_back(0,
                        static_cast<int>((window.kernel[outer] + window.strides[outer] - 1) / window.strides[outer]));
    names.emplace_back(kNames[d]);
  }
  RDom r(ranges, name + "_r");
  const std::vector<Var> out = channel_vars(input.size());
  std::vector<Expr> index = exprs(out);
  Expr position = 0;
  Expr found;
  for (std::size_t dim = spatial; dim > 0; --dim) {
    const std::size_t outer = spatial - dim;
    const auto extent = static_cast<int>(input[dim]);
    const Expr window_number =
        (out[dim] + static_cast<int>(window.pads_begin[outer])) / static_cast<int>(window.strides[outer]) -
        r[static_cast<int>(dim - 1)];
    found = both(found, window_number >= 0 && window_number < extent);
    index[dim] = Halide::clamp(window_number, 0, extent - 1);
    position = position * extent + index[dim];
  }
  const Expr named = node.input(1)(index) == own_index(out, node.output());
  Func f = named_func(name + ".from");
  f(out) = -1;
  f(out) = Halide::max(f(out), Halide::select(found && named, position, -1));
  return node.builder.add(name + ".from", f, node.output(), names);
}

Func build(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("unpool");
  const Window window = *read_window(node.op, node.op.attributes.get_ints("kernel"));
  const Extents input = node.extents(0);
  const Func from = last_source(node, name, window);
  const std::vector<Var> out = channel_vars(input.size());
  std::vector<Expr> index = exprs(out);
  Expr rest = Halide::max(from(out), 0);
  for (std::size_t d = 1; d + 1 < input.size(); ++d) {
    const auto extent = static_cast<int>(input[d]);
    index[d] = Halide::clamp(rest % extent, 0, extent - 1);
    rest = rest / extent;
  }
  Func f = named_func(name);
  f(out) = Halide::select(from(out) >= 0, node.input(0)(index), 0.0f);
  return node.builder.add(name, f, node.output());
}

}  // namespace

void register_unpool(Registry& registry) {
  registry["max_unpool"] = {build, check};
}

}  // namespace tilecast::ops
