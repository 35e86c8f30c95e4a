// What Tilecast does not take, whatever the operator.
#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>

namespace tilecast::testing {

// Whether a value among the graph's inputs and outputs is no tensor (a sequence, an optional value).
bool has_only_tensors(const onnx::GraphProto& graph);

// The first thing in the model that is outside of Tilecast's domain: "sequences", "strings", "element type float16" …;
// nothing when there is none.
std::optional<std::string> outside_reason(const onnx::ModelProto& model);

}  // namespace tilecast::testing
