// The sliding window of convolutions and pools: attributes, output extents, padding.
#pragma once

#include "ops/builder.h"

namespace tilecast::ops {

// Entries outermost spatial dimension first, as in attributes.
struct Window {
  std::vector<std::int64_t> kernel, strides, dilations, pads_begin, pads_end;
};

// The window of a convolution's weight [K…, in, out].
inline std::vector<std::int64_t> kernel_of(const Shape& weight) {
  return {weight.begin(), weight.end() - 2};
}

// Fails unless an attribute has `count` entries, one a spatial dimension, each from `least` to 2^20.
Status check_entries(const OpNode& node, const char* name, const std::vector<std::int64_t>& values, std::size_t count,
                     std::int64_t least);

// Missing attributes get their defaults; fails when one has not `kernel.size()` entries or an impossible value.
Result<Window> read_window(const OpNode& node, std::vector<std::int64_t> kernel);

// Extents of the output's spatial dimensions; fails when the window does not fit.
Result<Shape> window_output(const OpNode& node, const Window& window, const Shape& input);

// The first input, with a stage `<name>.pad` in front where there is padding: element i of a spatial dimension is
// element i - pads_begin of the input, `outside` beyond it.
Halide::Func padded_input(const Node& node, const std::string& name, const Window& window, Halide::Expr outside);

// The group of an output channel. Tiles may compute channels beyond the last one; those stay in the last group, so that
// nobody reads outside of what there is.
Halide::Expr group_of(const Halide::Expr& channel, std::int64_t channels_a_group, std::int64_t groups);

// The number of an element as ONNX's pools count, in 64 bits: images of `plane` elements one behind the other, a
// channel and batch element each. `out` is the element's channels-last index, `position` its place in the image.
Halide::Expr place_in_images(const std::vector<Halide::Var>& out, std::int64_t channels, std::int64_t plane,
                             const Halide::Expr& position);

// A window with batch and channels: the checks that conv and pool share. Fails unless rank is 3 to 5.
Status check_activation(const OpGraph& graph, const OpNode& node);

}  // namespace tilecast::ops
