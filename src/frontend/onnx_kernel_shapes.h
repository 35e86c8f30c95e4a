// What shape inference needs to know of kernels.
#pragma once

#include <onnx/onnx_pb.h>

namespace tilecast {

// Gives every convolution that leaves it to the weight the attribute kernel_shape, where the weight is a constant or an
// input. libonnx reads beyond the end of a weight that has fewer dimensions than the input, unless the attribute is
// there: that it checks.
void add_kernel_shapes(onnx::GraphProto& graph);

}  // namespace tilecast
