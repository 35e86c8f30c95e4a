#include "frontend/onnx_inference.h"

#include <fmt/format.h>
#include <onnx/shape_inference/implementation.h>

#include <exception>

#include "frontend/onnx_kernel_shapes.h"

namespace tilecast {

Status infer_shapes(onnx::ModelProto& proto) {
  onnx::GraphProto& graph = *proto.mutable_graph();
  // What the file says about values in between may hold the names of dimensions that are numbers by now.
  graph.clear_value_info();
  guard_kernels(graph);
  try {
    // Without propagation of data: lowering computes what shapes depend on, and libonnx reads beyond the end of shapes
    // that a damaged file indexes.
    onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), {true, 1, false});
  } catch (const std::exception& e) {
    return Error{fmt::format("its shapes do not fit together: {}", e.what())};
  }
  show_kernels(graph);
  return Unit{};
}

}  // namespace tilecast
