#include "ops/pipeline.h"

#include <gtest/gtest.h>

#include <set>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;

// relu(softmax(x) + bias)
OpGraph three_operators() {
  OpGraph graph =
      one_operator("softmax", {float32({3, 8}), float32({8})}, {{"axis", std::int64_t{1}}}, float32({3, 8}));
  graph.nodes[0].inputs = {0};
  graph.inputs[1].is_constant = true;
  graph.nodes.push_back({"add", "add", {2, 1}, {}, float32({3, 8})});
  graph.nodes.push_back({"relu", "relu", {3}, {}, float32({3, 8})});
  graph.outputs = {4};
  return graph;
}

TEST(Pipeline, StagesAreNamedAfterOperators) {
  const auto pipeline = ops::build_pipeline(three_operators(), "direct");
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().message;
  EXPECT_EQ(pipeline->names, (std::vector<std::string>{"softmax0.max", "softmax0.exp", "softmax0.sum", "softmax0.inv",
                                                       "softmax0", "add0", "relu0"}));
  EXPECT_EQ(pipeline->extents.front(), Ints{3});
  EXPECT_EQ(pipeline->extents.back(), (Ints{8, 3}));
  EXPECT_EQ(pipeline->reductions.front(), std::vector<std::string>{"r0"});
  EXPECT_TRUE(pipeline->reductions.back().empty());
  EXPECT_EQ(pipeline->stages.size(), 7U);
  EXPECT_EQ(pipeline->inputs.size(), 2U);
}

TEST(Pipeline, IsTheSameEachTime) {
  const auto first = ops::build_pipeline(three_operators(), "direct");
  const auto second = ops::build_pipeline(three_operators(), "direct");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->names, second->names);
  EXPECT_EQ(first->extents, second->extents);
  EXPECT_EQ(first->reductions, second->reductions);
}

TEST(Pipeline, NamesOfOneOperatorManyTimesAreUniqueAndShort) {
  OpGraph graph = one_operator("hard_sigmoid", {float32({4})}, {}, float32({4}));
  for (int i = 1; i < 120; ++i) graph.nodes.push_back({"n", "hard_sigmoid", {i}, {}, float32({4})});
  graph.outputs = {120};
  const auto pipeline = ops::build_pipeline(graph, "direct");
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().message;
  const std::set<std::string> names(pipeline->names.begin(), pipeline->names.end());
  EXPECT_EQ(names.size(), 120U);
  for (const std::string& name : names) EXPECT_LE(name.size(), 16U) << name;
}

TEST(Pipeline, PackedInputsHaveOneDimensionAPart) {
  const OpGraph graph = one_operator("dense", {float32({3, 6}), float32({6, 8})}, {}, float32({3, 8}));
  const auto pipeline = ops::build_pipeline(graph, "direct", {{}, {{{0, 4}, {1, 6}, {0, 2}}, {false, false}}});
  ASSERT_TRUE(pipeline.ok()) << pipeline.error().message;
  EXPECT_EQ(pipeline->buffers[0].dimensions(), 2);
  EXPECT_EQ(pipeline->buffers[1].dimensions(), 3);
  EXPECT_EQ(pipeline->inputs[1].dimensions(), 2) << "stages read it by its own dimensions";
}

TEST(Algorithms, DirectWhereThereIsNoChoice) {
  const auto names = ops::algorithms(three_operators());
  ASSERT_TRUE(names.ok()) << names.error().message;
  EXPECT_EQ(*names, std::vector<std::string>{"direct"});
}

TEST(Algorithms, GraphsThatAreNoTaskAreRefused) {
  OpGraph graph = three_operators();
  graph.outputs = {3, 4};
  EXPECT_EQ(refusal(graph), "a task has one output, not 2");
  graph.outputs = {3};
  EXPECT_EQ(refusal(graph), "the output of a task is its last operator");
  graph.outputs = {};
  EXPECT_EQ(refusal(graph), "the graph has no output");
  graph.nodes.clear();
  graph.outputs = {0};
  EXPECT_EQ(refusal(graph), "a task has at least one operator");
  graph = three_operators();
  graph.nodes[1].op = "wiggle";
  EXPECT_EQ(refusal(graph), "node 'add' (wiggle): this operator is not supported");
  EXPECT_EQ(ops::build_pipeline(graph, "direct").error().message,
            "node 'add' (wiggle): this operator is not supported");
  graph = three_operators();
  graph.nodes[1].inputs = {4, 1};
  EXPECT_EQ(refusal(graph), "node 'add' (add) reads value 4, which is not computed before it");
}

}  // namespace
}  // namespace tilecast
