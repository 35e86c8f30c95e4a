#include "frontend/main_operator.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

const TensorType kImage{DataType::kFloat32, {1, 8, 8, 16}};

// A chain of operators on one image; products read the constant as well.
OpGraph chain(const std::vector<OpNode>& nodes) {
  OpGraph graph;
  graph.inputs = {{"x", kImage}, {"w", {DataType::kFloat32, {3, 3, 16, 16}}, true}};
  ValueId value = 0;
  for (OpNode node : nodes) {
    node.name = node.op;
    node.inputs = {value};
    if (node.op == "conv" || node.op == "dense") node.inputs.push_back(1);
    if (node.op == "batch_matmul") node.inputs.push_back(value);
    node.type = kImage;
    graph.nodes.push_back(node);
    value = graph.value_of_node(graph.nodes.size() - 1);
  }
  graph.outputs = {value};
  return graph;
}

OpNode op(const std::string& name) {
  return {.op = name};
}

OpNode conv(std::int64_t groups) {
  return {.op = "conv", .attributes = {{"groups", groups}}};
}

TEST(MainOperator, IsTheProduct) {
  EXPECT_EQ(main_operator(chain({op("transpose"), op("dense"), op("relu")})), "dense");
  EXPECT_EQ(main_operator(chain({op("softmax"), op("batch_matmul")})), "batch_matmul");
}

TEST(MainOperator, TellsConvolutionsApartByGroups) {
  EXPECT_EQ(main_operator(chain({op("conv"), op("relu")})), "conv");
  EXPECT_EQ(main_operator(chain({conv(4)})), "gconv");
  EXPECT_EQ(main_operator(chain({conv(16)})), "dwconv");
}

TEST(MainOperator, OfSeveralProducts) {
  EXPECT_EQ(main_operator(chain({op("batch_matmul"), op("softmax"), op("batch_matmul")})), "attention");
  EXPECT_EQ(main_operator(chain({conv(16), op("relu"), op("conv")})), "product_chain");
}

TEST(MainOperator, WithoutProducts) {
  EXPECT_EQ(main_operator(chain({op("mul"), op("concat"), op("reduce"), op("softmax")})), "reduce");
  EXPECT_EQ(main_operator(chain({op("relu"), op("max_pool")})), "max_pool");
  EXPECT_EQ(main_operator(chain({op("mul"), op("resize"), op("transpose"), op("add")})), "resize");
  EXPECT_EQ(main_operator(chain({op("mul"), op("add"), op("relu")})), "elementwise");
}

}  // namespace
}  // namespace tilecast
