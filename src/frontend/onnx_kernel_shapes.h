// What shape inference needs to know of kernels.
#pragma once

#include <onnx/onnx_pb.h>

namespace tilecast {

// libonnx reads beyond the end of a convolution's weight that has fewer dimensions than the input, unless the attribute
// kernel_shape is there: that it checks. `guard_kernels` adds the attribute where the weight is a constant or an input,
// and hides the other convolutions without it: inference takes them for unknown operators, until `show_kernels`. So it
// does with MaxUnpool, where libonnx reads the shape of the indices without asking whether it is known, with EyeLike,
// where that is so of the input, and with strides of 0, by which it divides.
void guard_kernels(onnx::GraphProto& graph);
void show_kernels(onnx::GraphProto& graph);

}  // namespace tilecast
