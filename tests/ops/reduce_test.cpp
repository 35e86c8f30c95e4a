// reduce, softmax, layer_norm.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;

struct ReduceCase {
  std::string kind;
  Ints axes;
  bool keepdims = true;
};

const Shape kInput = {3, 4, 5};

bool is_reduced(const ReduceCase& c, std::size_t d) {
  return std::find(c.axes.begin(), c.axes.end(), static_cast<std::int64_t>(d)) != c.axes.end();
}

Shape reduced_shape(const ReduceCase& c) {
  Shape shape;
  for (std::size_t d = 0; d < kInput.size(); ++d) {
    if (!is_reduced(c, d)) shape.push_back(kInput[d]);
    if (is_reduced(c, d) && c.keepdims) shape.push_back(1);
  }
  return shape;
}

double combine(const std::string& kind, const std::vector<double>& values) {
  if (kind == "max") return *std::max_element(values.begin(), values.end());
  if (kind == "min") return *std::min_element(values.begin(), values.end());
  double result = kind == "prod" ? 1 : 0;
  for (const double value : values) result = kind == "prod" ? result * value : result + value;
  return kind == "mean" ? result / static_cast<double>(values.size()) : result;
}

class ReduceTest : public ::testing::TestWithParam<ReduceCase> {};

TEST_P(ReduceTest, CombinesTheElementsAlongItsAxes) {
  const ReduceCase& c = GetParam();
  const Tensor x = random_tensor(kInput, 1, 0.5, 1.5);
  const Shape shape = reduced_shape(c);
  std::vector<std::vector<double>> parts(static_cast<std::size_t>(element_count(shape)));
  const Tensor places = filled(shape, [n = 0.0](const Shape&) mutable { return n++; });
  for_each_index(kInput, [&](const Shape& in) {
    Shape out;
    for (std::size_t d = 0; d < in.size(); ++d) {
      if (!is_reduced(c, d)) out.push_back(in[d]);
      if (is_reduced(c, d) && c.keepdims) out.push_back(0);
    }
    parts[places.place(out)].push_back(x.at(in));
  });
  Tensor want{shape, {}};
  for (const std::vector<double>& part : parts) want.values.push_back(combine(c.kind, part));
  const Attributes attributes{{"kind", c.kind}, {"axes", c.axes}, {"keepdims", std::int64_t{c.keepdims}}};
  expect_output(one_operator("reduce", {x}, attributes, shape), {x}, want);
}

std::vector<ReduceCase> reduce_cases() {
  std::vector<ReduceCase> cases;
  for (const char* kind : {"sum", "mean", "max", "min", "prod"}) {
    for (const Ints& axes : {Ints{0}, Ints{1}, Ints{2}, Ints{0, 2}, Ints{2, 1}, Ints{0, 1, 2}}) {
      for (const bool keepdims : {true, false}) cases.push_back({kind, axes, keepdims});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Cases, ReduceTest, ::testing::ValuesIn(reduce_cases()), [](const auto& test) {
  std::string name = test.param.kind;
  for (const std::int64_t axis : test.param.axes) name += std::to_string(axis);
  return name + (test.param.keepdims ? "keep" : "drop");
});

TEST(Reduce, WholeNumbersStayWhole) {
  const TensorType x{DataType::kInt64, {2, 3}};
  for (const auto& [kind, want] : {std::pair{"sum", Tensor{{2}, {-3, 12}}}, std::pair{"max", Tensor{{2}, {4, 5}}},
                                   std::pair{"min", Tensor{{2}, {-9, 3}}}, std::pair{"prod", Tensor{{2}, {-72, 60}}}}) {
    const Attributes attributes{{"kind", std::string(kind)}, {"axes", Ints{1}}, {"keepdims", std::int64_t{0}}};
    expect_output(one_operator("reduce", {x}, attributes, {DataType::kInt64, {2}}), {{{2, 3}, {4, 2, -9, 3, 4, 5}}},
                  want);
  }
}

TEST(Reduce, Refusals) {
  const std::string node = "node 'reduce' (reduce): ";
  const auto message = [](const Attributes& attributes, Shape y = {3, 1, 5}) {
    return refusal(one_operator("reduce", {float32(kInput)}, attributes, float32(std::move(y))));
  };
  const std::string sum = "sum";
  EXPECT_EQ(message({{"kind", sum}, {"axes", Ints{1}}}), "");
  EXPECT_EQ(message({{"kind", sum}}), node + "it has no axis");
  EXPECT_EQ(message({{"kind", sum}, {"axes", Ints{3}}}), node + "axis 3 of an input of rank 3");
  EXPECT_EQ(message({{"kind", sum}, {"axes", Ints{-1}}}), node + "axis -1 of an input of rank 3");
  EXPECT_EQ(message({{"kind", sum}, {"axes", Ints{1, 0, 1}}}), node + "axis 1 is listed twice");
  EXPECT_EQ(message({{"axes", Ints{1}}}), node + "'' is no kind of reduction");
  EXPECT_EQ(message({{"kind", std::string("median")}, {"axes", Ints{1}}}), node + "'median' is no kind of reduction");
  EXPECT_EQ(message({{"kind", sum}, {"axes", Ints{1}}}, {3, 5}),
            node + "its output is 3x5, but its inputs and attributes make 3x1x5");
}

struct SoftmaxCase {
  const char* name;
  Shape shape;
  std::int64_t axis;
};

class SoftmaxTest : public ::testing::TestWithParam<SoftmaxCase> {
 protected:
  // exp(x) over the sum of it along the axis.
  double share(const Shape& at) const {
    double sum = 0;
    Shape other = at;
    for (std::int64_t i = 0; i < GetParam().shape[axis_]; ++i) {
      other[axis_] = i;
      sum += std::exp(x_.at(other));
    }
    return std::exp(x_.at(at)) / sum;
  }

  std::size_t axis_ = static_cast<std::size_t>(GetParam().axis);
  Tensor x_ = random_tensor(GetParam().shape, 1, -4, 4);
};

TEST_P(SoftmaxTest, SharesOfTheAxis) {
  const Tensor want = filled(x_.shape, [&](const Shape& at) { return share(at); });
  expect_output(one_operator("softmax", {x_}, {{"axis", GetParam().axis}}, x_.shape), {x_}, want);
}

TEST_P(SoftmaxTest, TheirLogarithms) {
  const Tensor want = filled(x_.shape, [&](const Shape& at) { return std::log(share(at)); });
  const Attributes attributes{{"axis", GetParam().axis}, {"log", std::int64_t{1}}};
  expect_output(one_operator("softmax", {x_}, attributes, x_.shape), {x_}, want);
}

INSTANTIATE_TEST_SUITE_P(Cases, SoftmaxTest,
                         ::testing::Values(SoftmaxCase{"vector", {7}, 0}, SoftmaxCase{"rows", {3, 5}, 1},
                                           SoftmaxCase{"columns", {3, 5}, 0}, SoftmaxCase{"odd_rows", {3, 37}, 1},
                                           SoftmaxCase{"odd_columns", {37, 3}, 0}, SoftmaxCase{"middle", {2, 3, 4}, 1},
                                           SoftmaxCase{"one_element", {2, 1}, 1}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Softmax, LargeNumbersDoNotOverflow) {
  const Tensor x{{2, 2}, {3e38, 3e38, -3e38, 0}};
  expect_output(one_operator("softmax", {x}, {{"axis", std::int64_t{1}}}, x.shape), {x}, {{2, 2}, {0.5, 0.5, 0, 1}});
}

TEST(Softmax, Refusals) {
  const auto message = [](std::int64_t axis, Shape y) {
    return refusal(one_operator("softmax", {float32({3, 5})}, {{"axis", axis}}, float32(std::move(y))));
  };
  EXPECT_EQ(message(-1, {3, 5}), "node 'softmax' (softmax): axis -1 of an input of rank 2");
  EXPECT_EQ(message(2, {3, 5}), "node 'softmax' (softmax): axis 2 of an input of rank 2");
  EXPECT_EQ(message(1, {3, 1}), "node 'softmax' (softmax): its output is 3x1, but its inputs and attributes make 3x5");
}

struct NormCase {
  const char* name;
  Shape shape;
  std::int64_t axis;
  bool bias;
  double epsilon;
};

class LayerNormTest : public ::testing::TestWithParam<NormCase> {};

TEST_P(LayerNormTest, BringsToMeanZeroAndVarianceOne) {
  const NormCase& c = GetParam();
  const auto axis = static_cast<std::ptrdiff_t>(c.axis);
  const Tensor x = random_tensor(c.shape, 1, 2, 5);
  const Shape inner(c.shape.begin() + axis, c.shape.end());
  const Tensor scale = random_tensor(inner, 2);
  const Tensor bias = random_tensor(inner, 3);
  const Tensor want = filled(c.shape, [&](const Shape& at) {
    double sum = 0;
    double squares = 0;
    for_each_index(inner, [&](const Shape& i) {
      Shape other(at.begin(), at.begin() + axis);
      other.insert(other.end(), i.begin(), i.end());
      sum += x.at(other);
      squares += x.at(other) * x.at(other);
    });
    const auto count = static_cast<double>(element_count(inner));
    const double mean = sum / count;
    const double deviation = std::sqrt(squares / count - mean * mean + c.epsilon);
    const Shape place(at.begin() + axis, at.end());
    return (x.at(at) - mean) / deviation * scale.at(place) + (c.bias ? bias.at(place) : 0);
  });
  std::vector<Tensor> operands = {x, scale};
  if (c.bias) operands.push_back(bias);
  const Attributes attributes{{"axis", c.axis}, {"epsilon", c.epsilon}};
  expect_output(one_operator("layer_norm", operands, attributes, c.shape), operands, want, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Cases, LayerNormTest,
                         ::testing::Values(NormCase{"rows", {3, 7}, 1, true, 1e-5},
                                           NormCase{"without_bias", {3, 7}, 1, false, 1e-5},
                                           NormCase{"two_axes_large_epsilon", {2, 3, 5}, 1, true, 0.5},
                                           NormCase{"no_epsilon", {2, 3, 5}, 2, true, 0},
                                           NormCase{"vector", {5}, 0, true, 1e-5}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(LayerNorm, Refusals) {
  const std::string node = "node 'layer_norm' (layer_norm): ";
  const auto message = [](const std::vector<Shape>& shapes, std::int64_t axis, Shape y = {3, 7}) {
    std::vector<TensorType> types;
    for (const Shape& shape : shapes) types.push_back(float32(shape));
    return refusal(one_operator("layer_norm", types, {{"axis", axis}}, float32(std::move(y))));
  };
  EXPECT_EQ(message({{3, 7}, {7}, {7}}, 1), "");
  EXPECT_EQ(message({{3, 7}}, 1), node + "takes 2 to 3 inputs, not 1");
  EXPECT_EQ(message({{3, 7}, {7}, {7}, {7}}, 1), node + "takes 2 to 3 inputs, not 4");
  EXPECT_EQ(message({{3, 7}, {7}}, 2), node + "axis 2 of an input of rank 2");
  EXPECT_EQ(message({{3, 7}, {7}}, -1), node + "axis -1 of an input of rank 2");
  EXPECT_EQ(message({{3, 7}, {3}}, 1), node + "its scale or bias is 3, not 7");
  EXPECT_EQ(message({{3, 7}, {7}, {3, 7}}, 1), node + "its scale or bias is 3x7, not 7");
  EXPECT_EQ(message({{3, 7}, {7}}, 0), node + "its scale or bias is 7, not 3x7");
  EXPECT_EQ(message({{3, 7}, {7}}, 1, {3, 1}), node + "its output is 3x1, but its inputs and attributes make 3x7");
}

}  // namespace
}  // namespace tilecast
