#include <gtest/gtest.h>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;

struct DeconvCase {
  const char* name;
  Shape input;   // [N,S…,C]
  Shape weight;  // [K…,C,M/g]
  Ints strides, pads_begin, pads_end, output_padding;
  std::int64_t groups = 1;
};

Shape output_shape(const DeconvCase& c) {
  Shape shape = {c.input.front()};
  for (std::size_t d = 0; d < c.strides.size(); ++d) {
    shape.push_back((c.input[d + 1] - 1) * c.strides[d] + c.weight[d] + c.output_padding[d] - c.pads_begin[d] -
                    c.pads_end[d]);
  }
  shape.push_back(c.weight.back() * c.groups);
  return shape;
}

// The definition: every input element adds its kernel to the output.
Tensor scatter(const DeconvCase& c, const Tensor& x, const Tensor& w) {
  const Shape shape = output_shape(c);
  const std::int64_t in_group = c.input.back() / c.groups;
  Tensor y = filled(shape, [](const Shape&) { return 0.0; });
  for_each_index(c.input, [&](const Shape& in) {
    for_each_index(c.weight, [&](const Shape& tap) {
      const std::size_t channel = c.weight.size() - 2;
      if (tap[channel] != in.back()) return;
      Shape out = {in.front()};
      for (std::size_t d = 0; d < c.strides.size(); ++d) {
        out.push_back(in[d + 1] * c.strides[d] + tap[d] - c.pads_begin[d]);
        if (out.back() < 0 || out.back() >= shape[d + 1]) return;
      }
      out.push_back(in.back() / in_group * c.weight.back() + tap.back());
      y.at(out) += x.at(in) * w.at(tap);
    });
  });
  return y;
}

class DeconvTest : public ::testing::TestWithParam<DeconvCase> {};

TEST_P(DeconvTest, IsTheSumOfItsInputsKernels) {
  const DeconvCase& c = GetParam();
  const Tensor x = random_tensor(c.input, 1);
  const Tensor w = random_tensor(c.weight, 2);
  const Attributes attributes{{"strides", c.strides},
                              {"pads_begin", c.pads_begin},
                              {"pads_end", c.pads_end},
                              {"output_padding", c.output_padding},
                              {"groups", c.groups}};
  expect_output(one_operator("conv_transpose", {x, w}, attributes, output_shape(c)), {x, w}, scatter(c, x, w));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DeconvTest,
    ::testing::Values(
        DeconvCase{"line", {2, 5, 3}, {4, 3, 2}, {2}, {1}, {1}, {0}},
        DeconvCase{"plane", {1, 3, 4, 3}, {4, 4, 3, 5}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        DeconvCase{"volume", {1, 2, 3, 2, 2}, {2, 3, 4, 2, 2}, {2, 1, 2}, {0, 1, 1}, {0, 1, 1}, {0, 0, 0}},
        DeconvCase{"stride_one", {1, 4, 4, 2}, {3, 3, 2, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        DeconvCase{"kernel_not_a_multiple", {1, 4, 3, 3}, {3, 5, 3, 2}, {2, 3}, {1, 2}, {1, 1}, {0, 0}},
        DeconvCase{"stride_beyond_the_kernel", {1, 3, 3, 2}, {2, 1, 2, 3}, {3, 2}, {0, 0}, {0, 0}, {0, 0}},
        DeconvCase{"output_padding", {1, 3, 4, 2}, {3, 3, 2, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 0}},
        DeconvCase{"uneven_pads", {1, 4, 4, 2}, {4, 3, 2, 3}, {2, 2}, {3, 0}, {0, 2}, {0, 0}},
        DeconvCase{"pads_beyond_the_kernel", {1, 5, 5, 1}, {2, 2, 1, 1}, {1, 2}, {3, 3}, {1, 1}, {0, 0}},
        DeconvCase{"groups", {1, 3, 4, 6}, {4, 4, 6, 2}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, 3},
        DeconvCase{"depthwise", {1, 3, 3, 4}, {3, 3, 4, 1}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 4}),
    [](const auto& test) { return std::string(test.param.name); });

// The message for a 3 x 3 input with 4 channels and a 4 x 4 kernel of stride 2, with these changes.
std::string message(Attributes attributes, Shape x = {1, 3, 3, 4}, Shape w = {4, 4, 4, 6}, Shape y = {1, 8, 8, 6}) {
  if (!attributes.has("strides")) attributes.set("strides", Ints{2, 2});
  return refusal(one_operator("conv_transpose", {float32(std::move(x)), float32(std::move(w))}, attributes,
                              float32(std::move(y))));
}

TEST(ConvTranspose, Refusals) {
  const std::string node = "node 'conv_transpose' (conv_transpose): ";
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(refusal(one_operator("conv_transpose", {float32({1, 3, 3, 4})}, {}, float32({1, 8, 8, 6}))),
            node + "takes 2 inputs, not 1");
  EXPECT_EQ(message({}, {3, 4}),
            node + "its input has rank 2; batch, 1 to 3 spatial dimensions and channels are needed");
  EXPECT_EQ(message({}, {1, 3, 3, 4}, {4, 4, 6}), node + "its weight and input have different ranks");
  EXPECT_EQ(message({}, {1, 3, 3, 5}), node + "5 input channels, 1 groups and a weight 4x4x4x6 do not fit");
  EXPECT_EQ(message({{"groups", std::int64_t{3}}}),
            node + "4 input channels, 3 groups and a weight 4x4x4x6 do not fit");
  EXPECT_EQ(message({{"dilations", Ints{1, 2}}}), node + "dilations other than 1 are not supported");
  EXPECT_EQ(message({{"pads_begin", Ints{4, 4}}, {"pads_end", Ints{0, 4}}}),
            node + "its padding leaves nothing of the output");
  EXPECT_EQ(message({{"pads_begin", Ints{1, 1}}}),
            node + "its output is 1x8x8x6, but its inputs and attributes make 1x7x7x6");
  EXPECT_EQ(message({{"strides", Ints{2}}}), node + "attribute strides has 1 entries for 2 spatial dimensions");
  EXPECT_EQ(message({{"output_padding", Ints{1}}}),
            node + "attribute output_padding has 1 entries for 2 spatial dimensions");
  EXPECT_EQ(message({{"output_padding", Ints{-1, 0}}}), node + "attribute output_padding holds -1");
}

}  // namespace
}  // namespace tilecast
