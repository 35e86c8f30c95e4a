// max_pool, avg_pool.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;

struct PoolCase {
  const char* name;
  Shape input;  // [N,S…,C]
  Ints kernel, strides, pads_begin, pads_end, dilations;
};

Shape output_shape(const PoolCase& c) {
  Shape shape = {c.input.front()};
  for (std::size_t d = 0; d < c.kernel.size(); ++d) {
    const std::int64_t reach = (c.kernel[d] - 1) * c.dilations[d] + 1;
    shape.push_back((c.input[d + 1] + c.pads_begin[d] + c.pads_end[d] - reach) / c.strides[d] + 1);
  }
  shape.push_back(c.input.back());
  return shape;
}

Attributes attributes_of(const PoolCase& c) {
  return {{"kernel", c.kernel},
          {"strides", c.strides},
          {"pads_begin", c.pads_begin},
          {"pads_end", c.pads_end},
          {"dilations", c.dilations}};
}

// The elements of the input that the window at this place of the output holds.
std::vector<double> window(const PoolCase& c, const Tensor& x, const Shape& out) {
  std::vector<double> values;
  for_each_index(c.kernel, [&](const Shape& tap) {
    Shape in = {out.front()};
    for (std::size_t d = 0; d < c.kernel.size(); ++d) {
      in.push_back(out[d + 1] * c.strides[d] + tap[d] * c.dilations[d] - c.pads_begin[d]);
      if (in.back() < 0 || in.back() >= c.input[d + 1]) return;
    }
    in.push_back(out.back());
    values.push_back(x.at(in));
  });
  return values;
}

class PoolTest : public ::testing::TestWithParam<PoolCase> {
 protected:
  void expect(const char* op, const Attributes& attributes,
              const std::function<double(const std::vector<double>&)>& value) {
    const PoolCase& c = GetParam();
    const Tensor want = filled(output_shape(c), [&](const Shape& out) { return value(window(c, x_, out)); });
    expect_output(one_operator(op, {x_}, attributes, output_shape(c)), {x_}, want);
  }

  Tensor x_ = random_tensor(GetParam().input, 1, -3, -1);  // below the zeros of padding
};

TEST_P(PoolTest, LargestOfTheWindow) {
  expect("max_pool", attributes_of(GetParam()), [](const std::vector<double>& values) {
    return values.empty() ? std::numeric_limits<float>::lowest() : *std::max_element(values.begin(), values.end());
  });
}

TEST_P(PoolTest, MeanOfWhatIsInsideOfTheInput) {
  expect("avg_pool", attributes_of(GetParam()), [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / std::max(1.0, static_cast<double>(values.size()));
  });
}

TEST_P(PoolTest, MeanWithPadding) {
  Attributes attributes = attributes_of(GetParam());
  attributes.set("count_include_pad", std::int64_t{1});
  expect("avg_pool", attributes, [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(element_count(GetParam().kernel));
  });
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PoolTest,
    ::testing::Values(PoolCase{"line", {2, 9, 3}, {3}, {2}, {0}, {0}, {1}},
                      PoolCase{"plane", {1, 7, 6, 3}, {2, 2}, {2, 2}, {0, 0}, {0, 0}, {1, 1}},
                      PoolCase{"volume", {1, 3, 4, 5, 2}, {2, 2, 3}, {1, 2, 1}, {1, 0, 1}, {0, 1, 1}, {1, 1, 1}},
                      PoolCase{"padded", {1, 7, 7, 2}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}},
                      PoolCase{"padded_in_one_direction", {1, 5, 6, 2}, {3, 2}, {1, 2}, {0, 1}, {0, 0}, {1, 1}},
                      PoolCase{"dilated", {1, 9, 8, 2}, {3, 2}, {1, 1}, {2, 3}, {2, 1}, {2, 3}},
                      PoolCase{"windows_of_padding_only", {1, 2, 2, 1}, {2, 2}, {1, 1}, {3, 0}, {0, 3}, {1, 1}},
                      PoolCase{"one_element", {1, 3, 3, 2}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, {1, 1}},
                      PoolCase{"whole_input", {1, 4, 5, 3}, {4, 5}, {1, 1}, {0, 0}, {0, 0}, {1, 1}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Pool, Refusals) {
  for (const std::string op : {"max_pool", "avg_pool"}) {
    const std::string node = "node '" + op + "' (" + op + "): ";
    const auto message = [&](const Attributes& attributes, Shape x = {1, 5, 5, 2}, Shape y = {1, 3, 3, 2}) {
      return refusal(one_operator(op, {float32(std::move(x))}, attributes, float32(std::move(y))));
    };
    const Ints three = {3, 3};
    EXPECT_EQ(message({{"kernel", three}}), "");
    EXPECT_EQ(
        refusal(one_operator(op, {float32({1, 5, 5, 2}), float32({2})}, {{"kernel", three}}, float32({1, 3, 3, 2}))),
        node + "takes 1 inputs, not 2");
    EXPECT_EQ(message({}), node + "its kernel does not have one entry a spatial dimension");
    EXPECT_EQ(message({{"kernel", Ints{3}}}), node + "its kernel does not have one entry a spatial dimension");
    EXPECT_EQ(message({{"kernel", Ints{3, 0}}}), node + "attribute kernel holds 0");
    EXPECT_EQ(message({{"kernel", three}}, {5, 2}),
              node + "its input has rank 2; batch, 1 to 3 spatial dimensions and channels are needed");
    EXPECT_EQ(message({{"kernel", Ints{3, 6}}}), node + "a window of 6 does not fit an input of 5");
    EXPECT_EQ(message({{"kernel", three}, {"strides", Ints{2, 2}}}),
              node + "its output is 1x3x3x2, but its inputs and attributes make 1x2x2x2");
  }
}

}  // namespace
}  // namespace tilecast
