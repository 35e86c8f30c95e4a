// The sliding windows of ONNX's convolutions and pools.
#pragma once

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// One entry a spatial dimension, outermost first.
struct OnnxWindow {
  Ints kernel, strides, dilations, pads_begin, pads_end;

  std::int64_t reach(std::size_t d) const { return (kernel[d] - 1) * dilations[d] + 1; }
};

// What of a window stands in the node's attributes strides, dilations, pads and auto_pad. `input` are the spatial
// extents. `same_output` is what auto_pad SAME_… makes of an extent and a stride. Fails on lists of another length and
// on values that make no sense; negative pads are among those unless they are allowed.
Result<OnnxWindow> read_window(const NodeLowering& node, Ints kernel, const Shape& input, bool allows_negative = false);

// Splits `total` elements of padding as SAME_UPPER (the odd one at the end) or else at the beginning.
void split_padding(std::int64_t total, bool odd_at_end, std::int64_t& begin, std::int64_t& end);

// An error unless the value can hold an image: batch, channels, 1 to 3 spatial dimensions.
Status require_image(const NodeLowering& node, std::size_t input);

// Attributes of ours.
Attributes window_attributes(const OnnxWindow& window);

}  // namespace tilecast
