#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

TEST(MergeEqualNodes, WholeChainsWithTheirConstants) {
  NetworkBuilder b;
  const NetworkId x = b.input({2, 4});
  const NetworkId first = b.unary("relu", b.binary("sub", x, b.filled({4}, 2)));
  const NetworkId second = b.unary("relu", b.binary("sub", x, b.filled({4}, 2)));
  b.output(b.binary("mul", first, second));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::merge_equal_nodes)), ElementsAre("sub", "relu", "mul"));
}

TEST(MergeEqualNodes, OperandsOfASumInEitherOrder) {
  NetworkBuilder b;
  const NetworkId x = b.input({2, 4});
  const NetworkId y = b.input({2, 4});
  b.output(b.binary("add", x, y));
  b.output(b.binary("add", y, x));
  const Network result = run_pass(b.network, passes::merge_equal_nodes);
  EXPECT_EQ(result.outputs[0].value, result.outputs[1].value);
}

TEST(MergeEqualNodes, WhatDiffersStays) {
  NetworkBuilder b;
  const NetworkId x = b.input({2, 4});
  const NetworkId y = b.input({2, 4});
  b.output(b.binary("sub", x, y));
  b.output(b.binary("sub", y, x));
  b.output(b.scalar("add", x, 1));
  b.output(b.scalar("add", x, 2));
  b.output(b.scalar("sub", x, 1));
  b.output(b.scalar_left("sub", 1, x));
  b.output(b.binary("mul", x, b.filled({4}, 1)));
  b.output(b.binary("mul", x, b.filled({4}, 3)));
  b.output(b.binary("mul", x, b.filled({1, 4}, 3)));
  b.output(b.reshape(x, {8}));
  b.output(b.reshape(x, {4, 2}));
  expect_unchanged(b.network, passes::merge_equal_nodes);
}

TEST(MergeEqualNodes, ConstantsOfTheSameBytesButAnotherTypeStay) {
  NetworkBuilder b;
  const NetworkId x = b.input({2, 4});
  const NetworkId zero = b.filled({1}, 0);
  const NetworkId whole =
      b.network.add({"whole", "constant", {}, {}, {DataType::kInt32, {1}}, b.network.node(zero).constant});
  const NetworkId cast = b.op("cast", {whole}, {{"to", "float32"}}, {1});
  b.output(b.binary("mul", x, zero));
  b.output(b.binary("mul", x, cast));
  expect_unchanged(b.network, passes::merge_equal_nodes);
}

TEST(MergeEqualNodes, LargeConstantsOnlyWhereTheyShareTheirBytes) {
  NetworkBuilder b;
  const NetworkId x = b.input({1, 256});
  const NetworkId first = b.filled({256, 256}, 0.5);
  const NetworkId equal = b.filled({256, 256}, 0.5);
  NetworkNode copy = b.network.node(first);
  const NetworkId shared = b.network.add(copy);
  for (const NetworkId weight : {first, equal, shared}) b.output(b.op("dense", {x, weight}, {}, {1, 256}));
  Network result = b.network;
  EXPECT_TRUE(passes::merge_equal_nodes(result));
  EXPECT_EQ(result.outputs[2].value, result.outputs[0].value);
  EXPECT_NE(result.outputs[1].value, result.outputs[0].value);
}

}  // namespace
}  // namespace tilecast
