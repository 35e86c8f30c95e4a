#include "frontend/onnx_kernel_shapes.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tilecast {
namespace {

// The extents of the tensors that the graph holds or is given, by name.
std::unordered_map<std::string, std::vector<std::int64_t>> stored_shapes(const onnx::GraphProto& graph) {
  std::unordered_map<std::string, std::vector<std::int64_t>> shapes;
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    shapes[tensor.name()].assign(tensor.dims().begin(), tensor.dims().end());
  }
  for (const onnx::NodeProto& node : graph.node()) {
    if (node.op_type() != "Constant" || node.output_size() != 1 || node.attribute_size() != 1) continue;
    const onnx::TensorProto& tensor = node.attribute(0).t();
    shapes[node.output(0)].assign(tensor.dims().begin(), tensor.dims().end());
  }
  for (const onnx::ValueInfoProto& input : graph.input()) {
    if (shapes.contains(input.name())) continue;
    for (const auto& dim : input.type().tensor_type().shape().dim()) shapes[input.name()].push_back(dim.dim_value());
  }
  return shapes;
}

bool has_no_stride(const onnx::NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(), [](const onnx::AttributeProto& attribute) {
    return attribute.name() == "strides" && std::count(attribute.ints().begin(), attribute.ints().end(), 0) > 0;
  });
}

// Follows the name of an operator that is hidden.
constexpr std::string_view kHidden = ", hidden";

}  // namespace

void guard_kernels(onnx::GraphProto& graph) {
  const auto shapes = stored_shapes(graph);
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() == "MaxUnpool" || node.op_type() == "EyeLike" || has_no_stride(node)) {
      node.mutable_op_type()->append(kHidden);
      continue;
    }
    if (node.op_type() != "Conv" && node.op_type() != "ConvTranspose") continue;
    const bool given = std::any_of(node.attribute().begin(), node.attribute().end(),
                                   [](const auto& attribute) { return attribute.name() == "kernel_shape"; });
    if (given || node.input_size() < 2) continue;
    const auto weight = shapes.find(node.input(1));
    if (weight == shapes.end()) {
      node.mutable_op_type()->append(kHidden);
      continue;
    }
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("kernel_shape");
    attribute.set_type(onnx::AttributeProto::INTS);
    for (std::size_t d = 2; d < weight->second.size(); ++d) attribute.add_ints(weight->second[d]);
  }
}

void show_kernels(onnx::GraphProto& graph) {
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    std::string& name = *node.mutable_op_type();
    if (name.ends_with(kHidden)) name.resize(name.size() - kHidden.size());
  }
}

}  // namespace tilecast
