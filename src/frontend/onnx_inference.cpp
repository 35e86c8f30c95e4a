#include "frontend/onnx_inference.h"

#include <fmt/format.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <unordered_map>

namespace tilecast {
namespace {

// An EyeLike with a dtype must not have an input of unknown type: inference takes such nodes for unknown ones.
constexpr std::string_view kEyeLike = "EyeLike";
constexpr std::string_view kHiddenEyeLike = "EyeLike, hidden";

void rename_operators(onnx::GraphProto& graph, std::string_view from, std::string_view to) {
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() == from) node.set_op_type(std::string(to));
  }
}

bool has_attribute(const onnx::NodeProto& node, std::string_view name) {
  return std::any_of(node.attribute().begin(), node.attribute().end(),
                     [&](const onnx::AttributeProto& attribute) { return attribute.name() == name; });
}

// The kernel's shape is compared with the input's rank only where it is an attribute.
void declare_kernel_shapes(onnx::GraphProto& graph) {
  std::unordered_map<std::string, const onnx::TensorProto*> weights;
  for (const onnx::TensorProto& tensor : graph.initializer()) weights[tensor.name()] = &tensor;
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    const bool is_convolution = node.op_type() == "Conv" || node.op_type() == "ConvTranspose";
    if (!is_convolution || node.input_size() < 2 || has_attribute(node, "kernel_shape")) continue;
    const auto weight = weights.find(node.input(1));
    if (weight == weights.end() || weight->second->dims_size() < 3) continue;
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("kernel_shape");
    attribute.set_type(onnx::AttributeProto::INTS);
    for (int d = 2; d < weight->second->dims_size(); ++d) attribute.add_ints(weight->second->dims(d));
  }
}

}  // namespace

Status infer_shapes(onnx::ModelProto& proto) {
  onnx::GraphProto& graph = *proto.mutable_graph();
  // What the file says about values in between may hold the names of dimensions that are numbers by now.
  graph.clear_value_info();
  declare_kernel_shapes(graph);
  rename_operators(graph, kEyeLike, kHiddenEyeLike);
  try {
    onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), {true, 1, true});
  } catch (const std::exception& e) {
    return Error{fmt::format("its shapes do not fit together: {}", e.what())};
  }
  rename_operators(graph, kHiddenEyeLike, kEyeLike);
  return Unit{};
}

}  // namespace tilecast
