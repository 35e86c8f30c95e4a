#include <gtest/gtest.h>

#include "plain_convolution.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;

class ConvTest : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvTest, IsTheSumOverItsWindow) {
  const ConvCase& c = GetParam();
  const Tensor x = random_tensor(c.input, 1);
  const Tensor w = random_tensor(c.weight, 2);
  expect_output(one_operator("conv", {x, w}, attributes_of(c), output_shape(c)), {x, w}, convolve(c, x, w));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ConvTest,
    ::testing::Values(ConvCase{"line", {2, 9, 3}, {3, 3, 4}, {1}, {1}, {1}, {1}},
                      ConvCase{"plane", {1, 5, 7, 3}, {3, 3, 3, 5}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
                      ConvCase{"volume", {1, 3, 4, 5, 2}, {2, 3, 1, 2, 3}, {1, 2, 1}, {0, 1, 0}, {1, 1, 0}, {1, 1, 1}},
                      ConvCase{"pointwise", {2, 3, 5, 4}, {1, 1, 4, 3}, {1, 1}, {0, 0}, {0, 0}, {1, 1}},
                      ConvCase{"one_channel", {1, 5, 5, 1}, {3, 3, 1, 2}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
                      ConvCase{"strides", {1, 9, 8, 3}, {3, 2, 3, 4}, {2, 3}, {0, 0}, {0, 0}, {1, 1}},
                      ConvCase{"dilations", {1, 9, 9, 2}, {3, 3, 2, 3}, {1, 2}, {2, 1}, {2, 1}, {2, 3}},
                      ConvCase{"uneven_pads", {1, 5, 5, 3}, {3, 4, 3, 2}, {1, 1}, {2, 0}, {0, 3}, {1, 1}},
                      ConvCase{"pads_beyond_the_kernel", {1, 2, 2, 1}, {2, 2, 1, 1}, {1, 1}, {3, 3}, {3, 3}, {1, 1}},
                      ConvCase{"groups", {1, 5, 6, 6}, {3, 3, 2, 9}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 3},
                      ConvCase{"depthwise", {1, 7, 5, 5}, {3, 3, 1, 5}, {2, 1}, {1, 1}, {1, 1}, {1, 1}, 5},
                      ConvCase{"depthwise_multiplier", {1, 5, 5, 3}, {3, 3, 1, 6}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 3},
                      ConvCase{"whole_input", {1, 4, 5, 3}, {4, 5, 3, 2}, {1, 1}, {0, 0}, {0, 0}, {1, 1}},
                      ConvCase{"largest_stride", {1, 5, 3}, {3, 3, 2}, {1 << 20}, {0}, {0}, {1}},
                      ConvCase{"largest_dilation", {1, 5, 3}, {1, 3, 2}, {1}, {0}, {0}, {1 << 20}}),
    [](const auto& test) { return std::string(test.param.name); });

// The message for a 5 x 5 input with 4 channels and a 3 x 3 kernel, with these changes.
std::string message(const Attributes& attributes, Shape x = {1, 5, 5, 4}, Shape w = {3, 3, 4, 6},
                    Shape y = {1, 3, 3, 6}) {
  return refusal(
      one_operator("conv", {float32(std::move(x)), float32(std::move(w))}, attributes, float32(std::move(y))));
}

TEST(Conv, Refusals) {
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(refusal(one_operator("conv", {float32({1, 5, 5, 4})}, {}, float32({1, 3, 3, 6}))),
            "node 'conv' (conv): takes 2 inputs, not 1");
  EXPECT_EQ(message({}, {5, 4}),
            "node 'conv' (conv): its input has rank 2; batch, 1 to 3 spatial dimensions and channels are needed");
  EXPECT_EQ(message({}, {1, 1, 1, 1, 5, 4}),
            "node 'conv' (conv): its input has rank 6; batch, 1 to 3 spatial dimensions and channels are needed");
  EXPECT_EQ(message({}, {1, 5, 5, 4}, {3, 4, 6}), "node 'conv' (conv): its weight and input have different ranks");
  EXPECT_EQ(message({}, {1, 5, 5, 5}),
            "node 'conv' (conv): 5 input channels, 1 groups and a weight 3x3x4x6 do not fit");
  EXPECT_EQ(message({{"groups", std::int64_t{0}}}),
            "node 'conv' (conv): 4 input channels, 0 groups and a weight 3x3x4x6 do not fit");
  EXPECT_EQ(message({{"groups", std::int64_t{4}}}, {1, 5, 5, 4}, {3, 3, 1, 6}),
            "node 'conv' (conv): 4 input channels, 4 groups and a weight 3x3x1x6 do not fit");
  EXPECT_EQ(message({}, {1, 5, 2, 4}), "node 'conv' (conv): a window of 3 does not fit an input of 2");
  EXPECT_EQ(message({{"dilations", Ints{3, 1}}}), "node 'conv' (conv): a window of 7 does not fit an input of 5");
  EXPECT_EQ(message({{"pads_end", Ints{1, 0}}}),
            "node 'conv' (conv): its output is 1x3x3x6, but its inputs and attributes make 1x4x3x6");
}

TEST(Conv, AttributesHoldOneEntryADimensionWithinLimits) {
  for (const char* name : {"strides", "dilations", "pads_begin", "pads_end"}) {
    const std::string attribute = "node 'conv' (conv): attribute " + std::string(name);
    const bool pads = std::string(name).starts_with("pads");
    EXPECT_EQ(message({{name, Ints{1}}}), attribute + " has 1 entries for 2 spatial dimensions");
    EXPECT_EQ(message({{name, Ints{1, 1, 1}}}), attribute + " has 3 entries for 2 spatial dimensions");
    EXPECT_EQ(message({{name, Ints{1, pads ? -1 : 0}}}), attribute + (pads ? " holds -1" : " holds 0"));
    EXPECT_EQ(message({{name, Ints{(1 << 20) + 1, 1}}}), attribute + " holds 1048577");
  }
}

}  // namespace
}  // namespace tilecast
