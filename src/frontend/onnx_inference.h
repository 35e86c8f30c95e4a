// ONNX's own shape inference, kept from what it crashes on.
#pragma once

#include <onnx/onnx_pb.h>

#include "base/result.h"

namespace tilecast {

// Adds what is known of the types and shapes of the values of the graph to the model, whose inputs have types. An error
// when shapes contradict each other.
Status infer_shapes(onnx::ModelProto& proto);

}  // namespace tilecast
