#include "frontend/partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network_builder.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::NetworkBuilder;
using Ints = std::vector<std::int64_t>;

TEST(Partition, EqualSubgraphsAreOneTask) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {1, 2, 4});
  const auto layer = [&](NetworkId in) {
    const NetworkId product = b.op("dense", {in, b.weight("w", {4, 4})}, {1, 2, 4});
    return b.op("relu", {b.op("add", {product, b.weight("b", {4})}, {1, 2, 4})}, {1, 2, 4});
  };
  const NetworkId hidden = layer(x);
  const NetworkId view = b.op("reshape", {layer(hidden)}, {2, 4}, {{"shape", Ints{2, 4}}});
  b.output(b.op("tanh", {view}, {2, 4}));
  const auto p = partition(b.network);
  ASSERT_TRUE(p.ok()) << p.error().message;
  ASSERT_EQ(p->tasks.size(), 2U);
  EXPECT_EQ(p->tasks[0].weight, 2);
  EXPECT_EQ(p->tasks[0].task.name, "dense_2x4x4");
  ASSERT_EQ(p->calls.size(), 3U);
  EXPECT_EQ(p->calls[0].task, p->calls[1].task);
  EXPECT_EQ(p->calls[1].inputs[0], hidden);
  // The view is read where the layer's result lies.
  EXPECT_EQ(p->calls[2].inputs, std::vector{view});
  EXPECT_EQ(storage_of(b.network, view), p->calls[1].output);
  const OpGraph& graph = p->tasks[0].task.graph;
  ASSERT_EQ(graph.inputs.size(), 3U);
  EXPECT_FALSE(graph.inputs[0].is_constant);
  EXPECT_TRUE(graph.inputs[1].is_constant);
}

TEST(Partition, OrderOfOperandsMakesNoOtherTask) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {3, 4});
  const NetworkId y = b.op("add", {b.op("dense", {x, b.weight("w", {4, 4})}, {3, 4}), b.weight("b", {4})}, {3, 4});
  b.output(b.op("add", {b.weight("b", {4}), b.op("dense", {y, b.weight("w", {4, 4})}, {3, 4})}, {3, 4}));
  const auto p = partition(b.network);
  ASSERT_TRUE(p.ok()) << p.error().message;
  EXPECT_EQ(p->tasks.size(), 1U);
  EXPECT_EQ(p->calls.size(), 2U);
}

TEST(Partition, TwoTasksHaveTwoNames) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {3, 4});
  const NetworkId y = b.op("dense", {x, b.weight("w", {4, 4})}, {3, 4});
  const NetworkId z = b.op("relu", {b.op("dense", {y, b.weight("w", {4, 4})}, {3, 4})}, {3, 4});
  b.output(y);
  b.output(z);
  const auto p = partition(b.network);
  ASSERT_TRUE(p.ok()) << p.error().message;
  std::vector<std::string> names;
  for (const WeightedTask& task : p->tasks) names.push_back(task.task.name);
  EXPECT_THAT(names, ElementsAre("dense_3x4x4", "dense_3x4x4#2"));
}

TEST(Partition, ChainsAreNamedAfterWhatTheyCompute) {
  NetworkBuilder b;
  const Ints ones{1, 1};
  const Shape scores{2, 6, 6};
  const NetworkId qk = b.op("batch_matmul", {b.input("q", {2, 6, 4}), b.input("k", {2, 4, 6})}, scores);
  const NetworkId softmax = b.op("softmax", {qk}, scores, {{"axis", std::int64_t{2}}});
  b.output(b.op("batch_matmul", {softmax, b.input("v", {2, 6, 4})}, {2, 6, 4}));
  const NetworkId depthwise = b.op("conv", {b.input("x", {1, 5, 5, 4}), b.weight("d", {3, 3, 1, 4})}, {1, 5, 5, 4},
                                   {{"pads_begin", ones}, {"pads_end", ones}, {"groups", std::int64_t{4}}});
  b.output(b.op("conv", {depthwise, b.weight("w", {1, 1, 4, 7})}, {1, 5, 5, 7}));
  const auto p = partition(b.network);
  ASSERT_TRUE(p.ok()) << p.error().message;
  std::vector<std::string> names;
  for (const WeightedTask& task : p->tasks) names.push_back(task.task.name);
  EXPECT_THAT(names, ElementsAre("attention_2x6x4", "dwconv3x3_5x5x4+7"));
}

TEST(Partition, ATaskThatCannotBeBuiltNamesItsOperator) {
  NetworkBuilder b;
  b.output(b.op("shuffle", {b.input("x", {3})}, {3}));
  const auto p = partition(b.network);
  ASSERT_FALSE(p.ok());
  EXPECT_THAT(p.error().message, HasSubstr("shuffle"));
}

}  // namespace
}  // namespace tilecast
