// What shape inference needs to know of kernels.
#pragma once

#include <onnx/onnx_pb.h>

namespace tilecast {

// libonnx reads beyond the end of a convolution's weight that has fewer dimensions than the input, unless the attribute
// kernel_shape is there: that it checks. `guard_kernels` adds the attribute where the weight is a constant or an input,
// and hides the other convolutions without it: inference takes them for unknown operators, until `show_kernels`.
void guard_kernels(onnx::GraphProto& graph);
void show_kernels(onnx::GraphProto& graph);

}  // namespace tilecast
