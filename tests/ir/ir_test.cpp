#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ir/compute_dag.h"
#include "ir/interpreter.h"
#include "ir/task.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

OpGraph small_graph() {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {2, 3}}}, {"w", {DataType::kFloat32, {3, 4}}, true}};
  graph.nodes = {
      {"d", "dense", {0, 1}, {}, {DataType::kFloat32, {2, 4}}},
      {"c", "clip", {2}, {{"min", 0.0}, {"max", 6.0}, {"tags", std::vector<double>{}}}, {DataType::kFloat32, {2, 4}}}};
  graph.outputs = {3};
  return graph;
}

TEST(OpGraph, JsonRoundTripKeepsEveryType) {
  const OpGraph graph = small_graph();
  const auto read = op_graph_from_json(to_json(graph));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, graph);
}

TEST(OpGraph, HashIgnoresNamesOnly) {
  OpGraph renamed = small_graph();
  renamed.inputs[0].name = "other";
  renamed.nodes[0].name = "another";
  EXPECT_EQ(content_hash(renamed), content_hash(small_graph()));
  OpGraph changed = small_graph();
  changed.nodes[1].attributes.set("max", 5.0);
  EXPECT_NE(content_hash(changed), content_hash(small_graph()));
}

TEST(OpGraph, MalformedJsonIsAnErrorNotAThrow) {
  nlohmann::json json = to_json(small_graph());
  json["nodes"][0]["inputs"] = {7, 1};
  EXPECT_THAT(op_graph_from_json(json).error().message, HasSubstr("node 'd' (dense) reads value 7"));
  json["nodes"] = "none";
  EXPECT_THAT(op_graph_from_json(json).error().message, HasSubstr("the graph cannot be read"));
  nlohmann::json empty = to_json(small_graph());
  empty["inputs"][0]["shape"] = {0, 3};
  EXPECT_THAT(op_graph_from_json(empty).error().message, HasSubstr("input 'x' has an extent of 0"));
}

TEST(Task, CountsMultiplyAddsOfContractions) {
  EXPECT_EQ(make_task("t", small_graph()).flops, 2 * 2 * 4 * 3);
  OpGraph conv;
  conv.inputs = {{"x", {DataType::kFloat32, {1, 8, 8, 6}}}, {"w", {DataType::kFloat32, {3, 3, 3, 10}}, true}};
  conv.nodes = {{"c", "conv", {0, 1}, {{"groups", std::int64_t{2}}}, {DataType::kFloat32, {1, 6, 6, 10}}}};
  conv.outputs = {2};
  EXPECT_EQ(count_flops(conv), 2.0 * 6 * 6 * 10 * 9 * 3);
}

// What is wrong with them is said where operators are known.
TEST(Task, OperandsThatDoNotFitCountNothing) {
  for (const char* op : {"conv", "conv_transpose", "dense", "batch_matmul"}) {
    for (const std::vector<Shape>& shapes :
         {std::vector<Shape>{{4}}, std::vector<Shape>{{}, {}}, std::vector<Shape>{{4}, {}}}) {
      OpGraph graph;
      OpNode node{op, op, {}, {}, {DataType::kFloat32, {4}}};
      for (const Shape& shape : shapes) {
        node.inputs.push_back(static_cast<ValueId>(graph.inputs.size()));
        graph.inputs.push_back({"x", {DataType::kFloat32, shape}});
      }
      graph.outputs = {static_cast<ValueId>(graph.inputs.size())};
      graph.nodes = {node};
      EXPECT_EQ(count_flops(graph), 4) << op << ": the elements that it writes";
    }
  }
}

TEST(Task, ChangedLineIsRefused) {
  nlohmann::json json = to_json(make_task("t", small_graph()));
  ASSERT_TRUE(task_from_json(json).ok());
  json["graph"]["nodes"][1]["attributes"]["max"] = {{"f", 7.0}};
  EXPECT_THAT(task_from_json(json).error().message, HasSubstr("the line was changed"));
}

// s[x] = sum over k of in[(3 x + k - 1) / 2 clamped], by hand and by the interpreter; the access as analysed.
TEST(ComputeDag, AnalysisAndInterpreterAgreeOnAffineReads) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8}}};
  Stage stage;
  stage.name = "s";
  stage.spatial = {{"x", 0, 4}};
  stage.reduction = {{"k", 0, 3}};
  stage.reduction_op = ReductionOp::kSum;
  const auto i32 = DataType::kInt32;
  stage.value.nodes = {
      {ExprOp::kAxis, i32, {}, 0},     {ExprOp::kIntConst, i32, {}, 3}, {ExprOp::kMul, i32, {0, 1}},
      {ExprOp::kAxis, i32, {}, 1},     {ExprOp::kAdd, i32, {2, 3}},     {ExprOp::kIntConst, i32, {}, 1},
      {ExprOp::kSub, i32, {4, 5}},     {ExprOp::kIntConst, i32, {}, 2}, {ExprOp::kDiv, i32, {6, 7}},
      {ExprOp::kIntConst, i32, {}, 0}, {ExprOp::kMax, i32, {8, 9}},     {ExprOp::kLoad, DataType::kFloat32, {10}, 0}};
  analyze_stage(stage);
  dag.stages = {stage};
  ASSERT_TRUE(validate(dag).ok());
  ASSERT_EQ(dag.stages[0].accesses.size(), 1U);
  const IndexMap& map = dag.stages[0].accesses[0].dims[0];
  EXPECT_TRUE(map.affine);
  EXPECT_EQ(map.terms, (std::vector<AffineTerm>{{0, 3}, {1, 1}}));
  EXPECT_EQ(map.divisor, 2);
  EXPECT_EQ(map.min_offset, -1);
  EXPECT_EQ(dag.stages[0].counts.loads, 1);
  EXPECT_EQ(dag.stages[0].counts.float_add, 1);
  EXPECT_EQ(dag.stages[0].counts.int_add, 0) << "index arithmetic does not count";

  const std::vector<std::vector<double>> inputs = {{1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7}};
  const std::vector<std::int64_t> points = {0, 1, 2, 3};
  std::vector<double> want;
  for (int x = 0; x < 4; ++x) {
    double sum = 0;
    for (int k = 0; k < 3; ++k) {
      const int index = static_cast<int>(std::floor((3 * x + k - 1) / 2.0));
      sum += inputs[0][static_cast<std::size_t>(std::max(index, 0))];
    }
    want.push_back(sum);
  }
  EXPECT_EQ(interpret(dag, inputs, points), want);
}

TEST(ComputeDag, ValidationNamesTheStage) {
  ComputeDag dag;
  Stage stage;
  stage.name = "lonely";
  dag.stages = {stage};
  EXPECT_THAT(validate(dag).error().message, HasSubstr("stage 'lonely' computes nothing"));
}

}  // namespace
}  // namespace tilecast
