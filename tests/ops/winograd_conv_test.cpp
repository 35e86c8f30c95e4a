#include "ops/winograd_conv.h"

#include <gtest/gtest.h>

#include "one_operator.h"
#include "ops/pipeline.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

struct Conv {
  const char* name = "";
  Shape input;   // [N,S…,C]
  Shape weight;  // [K…,C,M]
  Ints pads_begin, pads_end;
  Ints strides, dilations;
  bool constant = true;
};

Shape output_shape(const Conv& c) {
  Shape shape = {c.input.front()};
  for (std::size_t d = 0; d < c.strides.size(); ++d) {
    const std::int64_t reach = (c.weight[d] - 1) * c.dilations[d] + 1;
    shape.push_back((c.input[d + 1] + c.pads_begin[d] + c.pads_end[d] - reach) / c.strides[d] + 1);
  }
  shape.push_back(c.weight.back());
  return shape;
}

OpGraph graph_of(const Conv& c) {
  const Attributes attributes{
      {"strides", c.strides}, {"pads_begin", c.pads_begin}, {"pads_end", c.pads_end}, {"dilations", c.dilations}};
  OpGraph graph = one_operator("conv", {float32(c.input), float32(c.weight)}, attributes, float32(output_shape(c)));
  graph.inputs[1].is_constant = c.constant;
  return graph;
}

Tensor convolve(const Conv& c, const Tensor& x, const Tensor& w) {
  const Shape taps(c.weight.begin(), c.weight.end() - 1);
  return filled(output_shape(c), [&](const Shape& out) {
    double sum = 0;
    for_each_index(taps, [&](const Shape& tap) {
      Shape in = {out.front()};
      bool inside = true;
      for (std::size_t d = 0; d < c.strides.size(); ++d) {
        in.push_back(out[d + 1] * c.strides[d] + tap[d] * c.dilations[d] - c.pads_begin[d]);
        inside = inside && in.back() >= 0 && in.back() < c.input[d + 1];
      }
      if (!inside) return;
      in.push_back(tap.back());
      Shape place = tap;
      place.push_back(out.back());
      sum += x.at(in) * w.at(place);
    });
    return sum;
  });
}

class WinogradConvTest : public ::testing::TestWithParam<Conv> {};

// The interpreter computes in double precision, but for the transformed weight, which is float32.
TEST_P(WinogradConvTest, IsTheSumOverItsWindow) {
  const Conv& c = GetParam();
  const OpGraph graph = graph_of(c);
  EXPECT_EQ(*ops::algorithms(graph), (Names{"direct", "winograd2", "winograd4"}));
  const Tensor x = random_tensor(c.input, 1);
  const Tensor w = random_tensor(c.weight, 2);
  expect_output(graph, {x, w}, convolve(c, x, w), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WinogradConvTest,
    ::testing::Values(Conv{"whole_tiles", {1, 10, 10, 16}, {3, 3, 16, 16}, {0, 0}, {0, 0}, {1, 1}, {1, 1}},
                      Conv{"cut_tiles", {2, 7, 5, 16}, {3, 3, 16, 17}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
                      Conv{"uneven_pads", {1, 6, 9, 18}, {3, 3, 18, 16}, {2, 0}, {0, 3}, {1, 1}, {1, 1}},
                      Conv{"volume", {1, 5, 6, 7, 16}, {2, 3, 3, 16, 16}, {1, 1, 1}, {0, 1, 1}, {2, 1, 1}, {2, 1, 1}}),
    [](const auto& test) { return test.param.name; });

TEST(WinogradConv, IsOfferedWhereItCanCompute) {
  const Conv plane{"", {1, 8, 8, 16}, {3, 3, 16, 16}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  const auto names = [](const Conv& c) { return *ops::algorithms(graph_of(c)); };
  Conv c = plane;
  c.input = {1, 3, 8, 16};
  EXPECT_EQ(names(c), (Names{"direct", "winograd2"})) << "the output is lower than a tile of four";
  const Names direct = {"direct"};
  c = plane;
  c.strides = {1, 2};
  EXPECT_EQ(names(c), direct);
  c = plane;
  c.dilations = {2, 1};
  EXPECT_EQ(names(c), direct);
  c = plane;
  c.constant = false;
  EXPECT_EQ(names(c), direct);
  c = plane;
  c.weight = {3, 1, 16, 16};
  EXPECT_EQ(names(c), direct);
  c = plane;
  c.weight = {3, 3, 16, 15};
  EXPECT_EQ(names(c), direct);
  const Conv line{"", {1, 8, 16}, {3, 16, 16}, {1}, {1}, {1}, {1}};
  EXPECT_EQ(names(line), direct);
}

TEST(WinogradConv, NamesTellTheTile) {
  EXPECT_EQ(ops::winograd_outputs("winograd2"), 2);
  EXPECT_EQ(ops::winograd_outputs("winograd4"), 4);
  EXPECT_EQ(ops::winograd_outputs("direct"), 0);
}

}  // namespace
}  // namespace tilecast
