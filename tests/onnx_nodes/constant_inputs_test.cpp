#include "constant_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilecast::testing {
namespace {

using ::testing::ElementsAre;

void add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
              const std::string& output) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
}

// A graph with these inputs, and a tensor for each.
std::vector<onnx::TensorProto> add_inputs(onnx::GraphProto& graph, const std::vector<std::string>& names) {
  std::vector<onnx::TensorProto> tensors;
  for (const std::string& name : names) {
    graph.add_input()->set_name(name);
    tensors.emplace_back().add_int64_data(static_cast<std::int64_t>(tensors.size()));
  }
  return tensors;
}

TEST(ConstantInputs, WhatDecidesAShapeBecomesAnInitializer) {
  onnx::GraphProto graph;
  auto tensors = add_inputs(graph, {"x", "shape", "y"});
  add_node(graph, "Reshape", {"x", "shape"}, "r");
  add_node(graph, "Add", {"r", "y"}, "z");
  EXPECT_THAT(fix_constant_inputs(graph, tensors), ElementsAre("shape"));
  ASSERT_EQ(graph.input_size(), 2);
  EXPECT_EQ(graph.input(1).name(), "y");
  ASSERT_EQ(graph.initializer_size(), 1);
  EXPECT_EQ(graph.initializer(0).name(), "shape");
  EXPECT_THAT(graph.initializer(0).int64_data(), ElementsAre(2));
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_THAT(tensors[1].int64_data(), ElementsAre(3));
}

TEST(ConstantInputs, AlsoThroughOtherNodesButNotThroughShapes) {
  onnx::GraphProto graph;
  auto tensors = add_inputs(graph, {"x", "half", "like"});
  add_node(graph, "Mul", {"half", "half"}, "product");
  add_node(graph, "Shape", {"like"}, "extents");
  add_node(graph, "Concat", {"product", "extents"}, "shape");
  add_node(graph, "Expand", {"x", "shape"}, "y");
  EXPECT_THAT(fix_constant_inputs(graph, tensors), ElementsAre("half"));
}

}  // namespace
}  // namespace tilecast::testing
