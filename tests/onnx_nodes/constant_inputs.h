// Node tests give as inputs what Tilecast wants to know before a model runs.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

namespace tilecast::testing {

// Turns graph inputs that decide a shape or the code (axes, sizes, repeats …; a table by operator and position) into
// initializers with the test's values, also those that decide them through other nodes. `inputs` holds one tensor a
// graph input, and loses the same ones. Returns their names.
std::vector<std::string> fix_constant_inputs(onnx::GraphProto& graph, std::vector<onnx::TensorProto>& inputs);

}  // namespace tilecast::testing
