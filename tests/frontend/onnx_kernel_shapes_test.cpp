#include "frontend/onnx_kernel_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilecast {
namespace {

using ::testing::ElementsAre;

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                          const std::vector<std::int64_t>& strides = {}) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  if (strides.empty()) return node;
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("strides");
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t stride : strides) attribute.add_ints(stride);
  return node;
}

std::vector<std::string> operators(const onnx::GraphProto& graph) {
  std::vector<std::string> names;
  for (const onnx::NodeProto& node : graph.node()) names.push_back(node.op_type());
  return names;
}

TEST(OnnxKernelShapes, WhatInferenceCannotReadIsHiddenFromIt) {
  onnx::GraphProto graph;
  add_node(graph, "MaxPool", {"x"}, {2, 1});
  add_node(graph, "MaxPool", {"x"}, {2, 0});
  add_node(graph, "MaxUnpool", {"x", "indices"}, {2, 2});
  add_node(graph, "Conv", {"x", "computed"});
  const std::vector<std::string> before = operators(graph);
  guard_kernels(graph);
  EXPECT_THAT(operators(graph), ElementsAre("MaxPool", "MaxPool, hidden", "MaxUnpool, hidden", "Conv, hidden"));
  show_kernels(graph);
  EXPECT_EQ(operators(graph), before);
}

TEST(OnnxKernelShapes, AWeightThatIsKnownGivesItsKernel) {
  onnx::GraphProto graph;
  onnx::TensorProto& weight = *graph.add_initializer();
  weight.set_name("w");
  for (const std::int64_t extent : {4, 3, 5, 2}) weight.add_dims(extent);
  add_node(graph, "Conv", {"x", "w"});
  guard_kernels(graph);
  ASSERT_EQ(graph.node(0).attribute_size(), 1);
  EXPECT_EQ(graph.node(0).attribute(0).name(), "kernel_shape");
  EXPECT_THAT(graph.node(0).attribute(0).ints(), ElementsAre(5, 2));
}

}  // namespace
}  // namespace tilecast
