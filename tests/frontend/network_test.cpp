#include "frontend/network.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "network_builder.h"

namespace tilecast {
namespace {

using testing::NetworkBuilder;
using Ids = std::vector<NetworkId>;

// x -> neg -> add(neg, neg) -> out; and a node that nothing reads.
struct Small {
  NetworkBuilder builder;
  NetworkId x = builder.input("x", {4});
  NetworkId dead = builder.op("exp", {x}, {4});
  NetworkId neg = builder.op("neg", {x}, {4});
  NetworkId sum = builder.op("add", {neg, neg}, {4});
  Small() { builder.output(sum); }
};

TEST(Network, LiveNodesComeAfterWhatTheyRead) {
  Small small;
  EXPECT_EQ(live_order(small.builder.network), (Ids{small.x, small.neg, small.sum}));
  small.builder.output(small.dead);
  EXPECT_EQ(live_order(small.builder.network), (Ids{small.x, small.neg, small.sum, small.dead}));
}

TEST(Network, DeepChainsDoNotOverflowTheStack) {
  NetworkBuilder builder;
  NetworkId last = builder.input("x", {1});
  for (int i = 0; i < 200000; ++i) last = builder.op("neg", {last}, {1});
  builder.output(last);
  const Ids order = live_order(builder.network);
  EXPECT_EQ(order.size(), 200001U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Network, ReadersAreListedOnceAndOutputsLast) {
  Small small;
  small.builder.output(small.neg);
  const auto readers = live_readers(small.builder.network);
  const auto of = [&](NetworkId id) { return readers[static_cast<std::size_t>(id)]; };
  EXPECT_EQ(of(small.x), Ids{small.neg}) << "a dead reader does not count";
  EXPECT_EQ(of(small.neg), (Ids{small.sum, kReadByOutput}));
  EXPECT_EQ(of(small.sum), Ids{kReadByOutput});
}

TEST(Network, RedirectedReadersReadTheOther) {
  Small small;
  Network& network = small.builder.network;
  const NetworkId twice = small.builder.op("mul", {small.sum, small.sum}, {4});
  redirect(network, small.sum, twice);
  EXPECT_EQ(network.outputs[0].value, twice);
  EXPECT_EQ(network.node(twice).inputs, (Ids{small.sum, small.sum})) << "not itself";
  redirect(network, small.neg, small.x);
  EXPECT_EQ(network.node(small.sum).inputs, (Ids{small.x, small.x}));
}

TEST(Network, OneOperatorIsAGraph) {
  NetworkBuilder builder;
  const NetworkId x = builder.input("x", {3, 5});
  const NetworkId w = builder.weight("w", {5, 2});
  const NetworkId y = builder.op("dense", {x, w}, {3, 2}, {{"note", std::int64_t{1}}});
  const Network& network = builder.network;
  const std::vector<const NetworkNode*> inputs = {&network.node(x), &network.node(w)};
  const OpGraph graph = single_operator_graph(network.node(y), inputs);
  ASSERT_EQ(graph.inputs.size(), 2U);
  EXPECT_FALSE(graph.inputs[0].is_constant);
  EXPECT_TRUE(graph.inputs[1].is_constant);
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<ValueId>{0, 1}));
  EXPECT_EQ(graph.nodes[0].attributes, network.node(y).attributes);
  EXPECT_EQ(graph.outputs, std::vector<ValueId>{2});
  EXPECT_TRUE(validate(graph).ok());
}

TEST(Network, ScalarsAreConstantsOfOneElement) {
  NetworkBuilder builder;
  const auto value = [&](NetworkId id) { return scalar_value(builder.network.node(id)); };
  EXPECT_EQ(value(add_float_constant(builder.network, "a", {}, {2.5F})), 2.5);
  EXPECT_EQ(value(add_float_constant(builder.network, "b", {1, 1}, {-1})), -1);
  EXPECT_EQ(value(add_float_constant(builder.network, "c", {2}, {1, 1})), std::nullopt);
  EXPECT_EQ(value(builder.input("x", {1})), std::nullopt);
  const NetworkId c = add_float_constant(builder.network, "d", {3}, {1, 2, 3});
  EXPECT_EQ(float_values(builder.network.node(c)), (std::vector<float>{1, 2, 3}));
}

}  // namespace
}  // namespace tilecast
