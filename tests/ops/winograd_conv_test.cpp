#include "ops/winograd_conv.h"

#include <gtest/gtest.h>

#include "ops/pipeline.h"
#include "plain_convolution.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Names = std::vector<std::string>;

OpGraph graph_of(const ConvCase& c, bool constant = true) {
  OpGraph graph =
      one_operator("conv", {float32(c.input), float32(c.weight)}, attributes_of(c), float32(output_shape(c)));
  graph.inputs[1].is_constant = constant;
  return graph;
}

class WinogradConvTest : public ::testing::TestWithParam<ConvCase> {};

// The interpreter computes in double precision, but for the transformed weight, which is float32.
TEST_P(WinogradConvTest, IsTheSumOverItsWindow) {
  const ConvCase& c = GetParam();
  const OpGraph graph = graph_of(c);
  EXPECT_EQ(*ops::algorithms(graph), (Names{"direct", "winograd2", "winograd4"}));
  const Tensor x = random_tensor(c.input, 1);
  const Tensor w = random_tensor(c.weight, 2);
  expect_output(graph, {x, w}, convolve(c, x, w), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WinogradConvTest,
    ::testing::Values(ConvCase{"whole_tiles", {1, 10, 10, 16}, {3, 3, 16, 16}, {1, 1}, {0, 0}, {0, 0}, {1, 1}},
                      ConvCase{"cut_tiles", {2, 7, 5, 16}, {3, 3, 16, 17}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
                      ConvCase{"uneven_pads", {1, 6, 9, 18}, {3, 3, 18, 16}, {1, 1}, {2, 0}, {0, 3}, {1, 1}},
                      ConvCase{
                          "volume", {1, 5, 6, 7, 16}, {2, 3, 3, 16, 16}, {2, 1, 1}, {1, 1, 1}, {0, 1, 1}, {2, 1, 1}}),
    [](const auto& test) { return test.param.name; });

TEST(WinogradConv, IsOfferedWhereItCanCompute) {
  const ConvCase plane{"", {1, 8, 8, 16}, {3, 3, 16, 16}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  const auto names = [](const ConvCase& c) { return *ops::algorithms(graph_of(c)); };
  ConvCase c = plane;
  c.input = {1, 3, 8, 16};
  EXPECT_EQ(names(c), (Names{"direct", "winograd2"})) << "the output is lower than a tile of four";
  const Names direct = {"direct"};
  c = plane;
  c.strides = {1, 2};
  EXPECT_EQ(names(c), direct);
  c = plane;
  c.dilations = {2, 1};
  EXPECT_EQ(names(c), direct);
  EXPECT_EQ(*ops::algorithms(graph_of(plane, false)), direct);
  c = plane;
  c.weight = {3, 1, 16, 16};
  EXPECT_EQ(names(c), direct);
  c = plane;
  c.weight = {3, 3, 16, 15};
  EXPECT_EQ(names(c), direct);
  const ConvCase line{"", {1, 8, 16}, {3, 16, 16}, {1}, {1}, {1}, {1}};
  EXPECT_EQ(names(line), direct);
}

TEST(WinogradConv, NamesTellTheTile) {
  EXPECT_EQ(ops::winograd_outputs("winograd2"), 2);
  EXPECT_EQ(ops::winograd_outputs("winograd4"), 4);
  EXPECT_EQ(ops::winograd_outputs("direct"), 0);
}

}  // namespace
}  // namespace tilecast
