#include "frontend/grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network_builder.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using testing::NetworkBuilder;
using Ints = std::vector<std::int64_t>;

std::vector<std::string> ops_of(const Network& network, const NodeGroup& group) {
  std::vector<std::string> ops;
  for (const NetworkId id : group) ops.push_back(network.node(id).op);
  return ops;
}

std::vector<std::vector<std::string>> grouped_ops(const Network& network) {
  std::vector<std::vector<std::string>> result;
  for (const NodeGroup& group : group_nodes(network)) result.push_back(ops_of(network, group));
  return result;
}

const Shape kImage{1, 6, 6, 4};

NetworkId conv(NetworkBuilder& b, NetworkId x, std::int64_t pad) {
  const Ints pads{pad, pad};
  return b.op("conv", {x, b.weight("w", {2 * pad + 1, 2 * pad + 1, 4, 4})}, kImage,
              {{"pads_begin", pads}, {"pads_end", pads}});
}

TEST(Grouping, EpilogueAndResidualJoinTheLaterConvolution) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", kImage);
  const NetworkId projection = conv(b, x, 0);
  const NetworkId main = b.op("add", {conv(b, x, 1), b.weight("bias", {4})}, kImage);
  const NetworkId sum = b.op("add", {projection, main}, kImage);
  b.output(b.op("relu", {sum}, kImage));
  EXPECT_THAT(grouped_ops(b.network), ElementsAre(ElementsAre("conv"), ElementsAre("conv", "add", "add", "relu")));
}

TEST(Grouping, AValueThatOthersReadEndsAGroup) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", kImage);
  const NetworkId c = conv(b, x, 1);
  const NetworkId r = b.op("relu", {c}, kImage);
  b.output(b.op("add", {r, c}, kImage));
  b.output(r);
  EXPECT_THAT(grouped_ops(b.network), ElementsAre(ElementsAre("conv"), ElementsAre("relu"), ElementsAre("add")));
}

// A kernel that computed the quotient would take it for finite.
TEST(Grouping, WhetherANumberIsFiniteIsAskedOfStoredOnes) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", kImage);
  const NetworkId quotient = b.op("reciprocal", {x}, kImage);
  b.output(b.op("not", {b.op("is_nan", {quotient}, kImage)}, kImage));
  EXPECT_THAT(grouped_ops(b.network), ElementsAre(ElementsAre("reciprocal"), ElementsAre("is_nan", "not")));
}

TEST(Grouping, TreesOfElementwiseOperatorsAreOneGroup) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", kImage);
  const NetworkId left = b.op("exp", {x}, kImage);
  const NetworkId right = b.op("tanh", {x}, kImage);
  const NetworkId product = b.op("mul", {left, right}, kImage);
  b.output(b.op("reduce", {product}, {1, 1, 1, 4}, {{"kind", std::string("sum")}, {"axes", Ints{1, 2}}}));
  EXPECT_THAT(grouped_ops(b.network), ElementsAre(ElementsAre("exp", "tanh", "mul", "reduce")));
}

// The scores' result `also_read` is an output of the network too.
Network attention(bool also_read) {
  NetworkBuilder b;
  const Shape scores{2, 6, 6};
  const NetworkId q = b.input("q", {2, 6, 4});
  const NetworkId k = b.input("k", {2, 4, 6});
  const NetworkId v = b.input("v", {2, 6, 4});
  const NetworkId masked = b.op("add", {b.op("batch_matmul", {q, k}, scores), b.weight("mask", {6})}, scores);
  const NetworkId softmax = b.op("softmax", {masked}, scores, {{"axis", std::int64_t{2}}});
  b.output(b.op("batch_matmul", {softmax, v}, {2, 6, 4}));
  if (also_read) b.output(softmax);
  return b.network;
}

TEST(Grouping, AttentionIsOneGroup) {
  EXPECT_THAT(grouped_ops(attention(false)),
              ElementsAre(ElementsAre("batch_matmul", "add", "softmax", "batch_matmul")));
  EXPECT_THAT(grouped_ops(attention(true)),
              ElementsAre(ElementsAre("batch_matmul", "add"), ElementsAre("softmax"), ElementsAre("batch_matmul")));
}

TEST(Grouping, ADepthwiseConvolutionJoinsTheOneOfOneTapBehindIt) {
  NetworkBuilder b;
  const Ints ones{1, 1};
  const NetworkId x = b.input("x", kImage);
  const auto depthwise = [&](NetworkId input) {
    return b.op("conv", {input, b.weight("w", {3, 3, 1, 4})}, kImage,
                {{"pads_begin", ones}, {"pads_end", ones}, {"groups", std::int64_t{4}}});
  };
  const NetworkId first = conv(b, b.op("relu", {depthwise(x)}, kImage), 0);
  const NetworkId second = conv(b, depthwise(first), 1);
  b.output(b.op("relu", {second}, kImage));
  EXPECT_THAT(grouped_ops(b.network),
              ElementsAre(ElementsAre("conv", "relu", "conv"), ElementsAre("conv"), ElementsAre("conv", "relu")))
      << "3 x 3 taps would need rows of other blocks";
}

// Each element is compared with many: it must not be computed for each.
TEST(Grouping, WhatIsSearchedIsComputedApart) {
  NetworkBuilder b;
  const NetworkId x = b.op("exp", {b.input("x", {8, 16})}, {8, 16});
  const NetworkId best = b.op("top_k", {x}, {8, 4}, {{"axis", std::int64_t{1}}});
  const NetworkId values = b.op("gather_elements", {x, best}, {8, 4}, {{"axis", std::int64_t{1}}});
  b.output(b.op("neg", {values}, {8, 4}));
  EXPECT_THAT(grouped_ops(b.network),
              ElementsAre(ElementsAre("exp"), ElementsAre("top_k"), ElementsAre("gather_elements", "neg")));
}

TEST(Grouping, ABroadcastOperandIsComputedApart) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", kImage);
  const NetworkId row = b.op("exp", {b.input("row", {1, 1, 1, 4})}, {1, 1, 1, 4});
  b.output(b.op("mul", {b.op("neg", {x}, kImage), row}, kImage));
  EXPECT_THAT(grouped_ops(b.network), ElementsAre(ElementsAre("exp"), ElementsAre("neg", "mul")));
}

TEST(Grouping, AttentionReadsAndWritesThroughTranspositions) {
  NetworkBuilder b;
  const Shape heads{1, 2, 8, 4};
  const auto split = [&](const char* name) {
    const NetworkId view = b.op("reshape", {b.input(name, {1, 8, 8})}, {1, 8, 2, 4}, {{"shape", Ints{1, 8, 2, 4}}});
    return b.op("transpose", {view}, heads, {{"perm", Ints{0, 2, 1, 3}}});
  };
  const NetworkId q = split("q");
  const NetworkId k = split("k");
  const NetworkId v = split("v");
  const NetworkId scores = b.op("batch_matmul", {q, k}, {1, 2, 8, 8}, {{"transpose_b", std::int64_t{1}}});
  const NetworkId weights = b.op("softmax", {scores}, {1, 2, 8, 8}, {{"axis", std::int64_t{3}}});
  const NetworkId mixed = b.op("batch_matmul", {weights, v}, heads);
  const NetworkId merged = b.op("transpose", {mixed}, {1, 8, 2, 4}, {{"perm", Ints{0, 2, 1, 3}}});
  b.output(b.op("reshape", {merged}, {1, 8, 8}, {{"shape", Ints{1, 8, 8}}}));
  EXPECT_THAT(grouped_ops(b.network), ElementsAre(ElementsAre("transpose", "transpose", "batch_matmul", "softmax",
                                                              "transpose", "batch_matmul", "transpose")));
}

TEST(Grouping, PaddedConvolutionTransposesItsInput) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {1, 4, 6, 6});
  b.output(conv(b, b.op("transpose", {x}, kImage, {{"perm", Ints{0, 2, 3, 1}}}), 1));
  b.output(conv(b, b.op("transpose", {x}, kImage, {{"perm", Ints{0, 2, 3, 1}}}), 0));
  EXPECT_THAT(grouped_ops(b.network),
              ElementsAre(ElementsAre("transpose", "conv"), ElementsAre("transpose"), ElementsAre("conv")));
}

TEST(Grouping, LongChainsAreCut) {
  NetworkBuilder b;
  NetworkId x = b.input("x", kImage);
  for (int i = 0; i < 100; ++i) x = b.op(i % 2 == 0 ? "neg" : "abs", {x}, kImage);
  b.output(x);
  const auto groups = group_nodes(b.network);
  EXPECT_GE(groups.size(), 3U);
  for (const NodeGroup& group : groups) EXPECT_LE(group.size(), 40U);
}

// Random networks: each operator is in one group, groups come after what they read, nothing inside is read from
// outside.
TEST(Grouping, RandomNetworksAreCutIntoLegalGroups) {
  const std::uint64_t seed = 20261124;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    NetworkBuilder b;
    std::vector<NetworkId> values{b.input("x", kImage)};
    for (int i = 0; i < 20; ++i) {
      const auto any = [&] { return values[random.below(values.size())]; };
      switch (random.below(4)) {
        case 0:
          values.push_back(conv(b, any(), 1));
          break;
        case 1:
          values.push_back(b.op("add", {any(), any()}, kImage));
          break;
        case 2:
          values.push_back(b.op("relu", {any()}, kImage));
          break;
        default:
          values.push_back(b.op("transpose", {any()}, kImage, {{"perm", Ints{0, 2, 1, 3}}}));
      }
    }
    b.output(values.back());
    if (random.chance(0.3)) b.output(values[random.below(values.size())]);

    std::vector<char> computed(b.network.nodes.size(), 0);
    for (const NetworkId input : b.network.inputs) computed[static_cast<std::size_t>(input)] = 1;
    std::size_t members = 0;
    for (const NodeGroup& group : group_nodes(b.network)) {
      std::vector<char> inside = computed;
      for (const NetworkId id : group) {
        for (const NetworkId read : b.network.node(id).inputs) {
          EXPECT_TRUE(inside[static_cast<std::size_t>(read)] != 0 || b.network.node(read).is_constant());
        }
        inside[static_cast<std::size_t>(id)] = 1;
      }
      computed[static_cast<std::size_t>(group.back())] = 1;
      members += group.size();
    }
    std::size_t operators = 0;
    for (const NetworkId id : live_order(b.network)) {
      operators += b.network.node(id).is_constant() || b.network.node(id).is_input() ? 0 : 1;
    }
    EXPECT_EQ(members, operators);
    for (const NetworkOutput& output : b.network.outputs) {
      EXPECT_NE(computed[static_cast<std::size_t>(output.value)], 0);
    }
  }
}

}  // namespace
}  // namespace tilecast
