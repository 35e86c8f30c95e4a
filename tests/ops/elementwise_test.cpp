#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

struct UnaryCase {
  const char* op;
  double (*want)(double);
  double low = -4, high = 4;  // where it is defined
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

class UnaryTest : public ::testing::TestWithParam<UnaryCase> {};

TEST_P(UnaryTest, OfEveryElement) {
  const UnaryCase& c = GetParam();
  Tensor x = random_tensor({3, 5, 7}, 1, c.low, c.high);
  // Near zero, where formulas lose digits, and at the ends.
  const std::vector<double> special = {c.low, c.high, 1e-4, 0.0625, 0.09375, 0.125, 1, 3};
  std::copy(special.begin(), special.end(), x.values.begin());
  Tensor want{x.shape, {}};
  for (const double value : x.values) want.values.push_back(c.want(value));
  expect_output(one_operator(c.op, {x}, {}, x.shape), {x}, want);
}

INSTANTIATE_TEST_SUITE_P(
    Operators, UnaryTest,
    ::testing::Values(UnaryCase{"relu", [](double x) { return std::max(x, 0.0); }},
                      UnaryCase{"sigmoid", sigmoid, -30, 30},
                      UnaryCase{"tanh", [](double x) { return std::tanh(x); }, -12, 12},
                      UnaryCase{"exp", [](double x) { return std::exp(x); }},
                      UnaryCase{"log", [](double x) { return std::log(x); }, 1e-3, 9},
                      UnaryCase{"sqrt", [](double x) { return std::sqrt(x); }, 0, 9},
                      UnaryCase{"rsqrt", [](double x) { return 1 / std::sqrt(x); }, 1e-2, 9},
                      UnaryCase{"erf", [](double x) { return std::erf(x); }},
                      UnaryCase{"neg", [](double x) { return -x; }},
                      UnaryCase{"abs", [](double x) { return std::abs(x); }},
                      UnaryCase{"reciprocal", [](double x) { return 1 / x; }, 1e-2, 9},
                      UnaryCase{"floor", [](double x) { return std::floor(x); }},
                      UnaryCase{"ceil", [](double x) { return std::ceil(x); }},
                      UnaryCase{"gelu_erf", [](double x) { return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5))); }},
                      UnaryCase{"gelu_tanh",
                                [](double x) {
                                  return 0.5 * x *
                                         (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
                                }},
                      UnaryCase{"hard_swish", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
                      UnaryCase{"silu", [](double x) { return x * sigmoid(x); }},
                      UnaryCase{"softplus", [](double x) { return std::log1p(std::exp(x)); }, -30, 30},
                      UnaryCase{"leaky_relu", [](double x) { return x < 0 ? 0.01 * x : x; }},
                      UnaryCase{"elu", [](double x) { return x < 0 ? std::expm1(x) : x; }},
                      UnaryCase{"hard_sigmoid", [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); }},
                      UnaryCase{"clip", [](double x) { return x; }}),
    [](const auto& test) { return std::string(test.param.op); });

TEST(Unary, AttributesReplaceDefaults) {
  const Tensor x{{5}, {-4, -0.5, 0, 0.5, 4}};
  const auto expect = [&](const char* op, const Attributes& attributes, const std::vector<double>& want) {
    expect_output(one_operator(op, {x}, attributes, x.shape), {x}, {x.shape, want});
  };
  expect("leaky_relu", {{"alpha", 0.25}}, {-1, -0.125, 0, 0.5, 4});
  expect("elu", {{"alpha", 2.0}}, {2 * std::expm1(-4), 2 * std::expm1(-0.5), 0, 0.5, 4});
  expect("hard_sigmoid", {{"alpha", 0.5}, {"beta", 0.25}}, {0, 0, 0.25, 0.5, 1});
  expect("clip", {{"min", -1.0}}, {-1, -0.5, 0, 0.5, 4});
  expect("clip", {{"max", 0.25}}, {-4, -0.5, 0, 0.25, 0.25});
  expect("clip", {{"min", -1.0}, {"max", 1.0}}, {-1, -0.5, 0, 0.5, 1});
}

TEST(Unary, OfOtherTypes) {
  const TensorType truth{DataType::kBool, {2}};
  expect_output(one_operator("not", {truth}, {}, truth), {{{2}, {1, 0}}}, {{2}, {0, 1}});
  const TensorType whole{DataType::kInt64, {3}};
  const Tensor x{{3}, {-7, 0, 9}};
  expect_output(one_operator("relu", {whole}, {}, whole), {x}, {{3}, {0, 0, 9}});
  expect_output(one_operator("neg", {whole}, {}, whole), {x}, {{3}, {7, 0, -9}});
  expect_output(one_operator("clip", {whole}, {{"min", -2.0}, {"max", 5.0}}, whole), {x}, {{3}, {-2, 0, 5}});
}

struct BinaryCase {
  const char* op;
  double (*want)(double, double);
  bool makes_bool = false;
};

class BinaryTest : public ::testing::TestWithParam<BinaryCase> {
 protected:
  // Both positive, so that every operator is defined; whole parts, so that some are equal.
  static Tensor operand(const Shape& shape, std::uint64_t seed) {
    Tensor tensor = random_tensor(shape, seed, 1, 4);
    for (double& value : tensor.values) value = std::floor(2 * value) / 2;
    return tensor;
  }

  void expect(const Shape& a_shape, const Shape& b_shape, const Shape& shape) {
    const Tensor a = operand(a_shape, 1);
    const Tensor b = operand(b_shape, 2);
    const Tensor want = filled(shape, [&](const Shape& at) {
      const auto element = [&](const Tensor& tensor) {
        Shape index(at.end() - static_cast<std::ptrdiff_t>(tensor.shape.size()), at.end());
        for (std::size_t d = 0; d < index.size(); ++d) index[d] = tensor.shape[d] == 1 ? 0 : index[d];
        return tensor.at(index);
      };
      return GetParam().want(element(a), element(b));
    });
    const TensorType type{GetParam().makes_bool ? DataType::kBool : DataType::kFloat32, shape};
    expect_output(one_operator(GetParam().op, {float32(a_shape), float32(b_shape)}, {}, type), {a, b}, want);
  }
};

TEST_P(BinaryTest, OfEqualShapes) {
  expect({3, 5}, {3, 5}, {3, 5});
  expect({1}, {1}, {1});
}

TEST_P(BinaryTest, Broadcasts) {
  expect({3, 5}, {5}, {3, 5});
  expect({5}, {3, 5}, {3, 5});
  expect({3, 1}, {1, 5}, {3, 5});
  expect({2, 1, 4, 1}, {3, 1, 5}, {2, 3, 4, 5});
  expect({2, 3}, {}, {2, 3});
  expect({}, {2, 3}, {2, 3});
  expect({}, {}, {});
  expect({1, 2, 1, 3, 1, 2}, {2, 1, 1, 2}, {1, 2, 2, 3, 1, 2});
}

class ArithmeticTest : public BinaryTest {};

TEST_P(ArithmeticTest, WithAScalarOnEitherSide) {
  const Tensor x = operand({3, 5}, 1);
  for (const double scalar : {0.5, 2.0, 3.0}) {
    for (const bool left : {false, true}) {
      Tensor want{x.shape, {}};
      for (const double value : x.values) {
        want.values.push_back(left ? GetParam().want(scalar, value) : GetParam().want(value, scalar));
      }
      const Attributes attributes{{"scalar", scalar}, {"scalar_left", std::int64_t{left}}};
      expect_output(one_operator(GetParam().op, {x}, attributes, x.shape), {x}, want, 1e-5);
    }
  }
}

std::vector<BinaryCase> arithmetic() {
  return {{"add", [](double a, double b) { return a + b; }},
          {"sub", [](double a, double b) { return a - b; }},
          {"mul", [](double a, double b) { return a * b; }},
          {"div", [](double a, double b) { return a / b; }},
          {"pow", [](double a, double b) { return std::pow(a, b); }},
          {"min", [](double a, double b) { return std::min(a, b); }},
          {"max", [](double a, double b) { return std::max(a, b); }}};
}

std::vector<BinaryCase> comparisons() {
  return {{"less", [](double a, double b) { return a < b ? 1.0 : 0.0; }, true},
          {"greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }, true},
          {"equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }, true}};
}

std::string case_name(const ::testing::TestParamInfo<BinaryCase>& test) {
  return test.param.op;
}

INSTANTIATE_TEST_SUITE_P(Arithmetic, BinaryTest, ::testing::ValuesIn(arithmetic()), case_name);
INSTANTIATE_TEST_SUITE_P(Comparisons, BinaryTest, ::testing::ValuesIn(comparisons()), case_name);
INSTANTIATE_TEST_SUITE_P(Operators, ArithmeticTest, ::testing::ValuesIn(arithmetic()), case_name);

TEST(Binary, OfTruthValues) {
  const TensorType truth{DataType::kBool, {4}};
  const Tensor a{{4}, {0, 0, 1, 1}};
  const Tensor b{{4}, {0, 1, 0, 1}};
  expect_output(one_operator("and", {truth, truth}, {}, truth), {a, b}, {{4}, {0, 0, 0, 1}});
  expect_output(one_operator("or", {truth, truth}, {}, truth), {a, b}, {{4}, {0, 1, 1, 1}});
}

TEST(Binary, SquaresOfNegativeNumbers) {
  const Tensor x{{4}, {-3, -0.5, 0, 2}};
  expect_output(one_operator("pow", {x}, {{"scalar", 2.0}}, x.shape), {x}, {{4}, {9, 0.25, 0, 4}});
}

TEST(Where, ChoosesByItsCondition) {
  const TensorType condition{DataType::kBool, {3, 1}};
  const OpGraph graph = one_operator("where", {condition, float32({1, 2}), float32({})}, {}, float32({3, 2}));
  expect_output(graph, {{{3, 1}, {1, 0, 1}}, {{1, 2}, {5, 6}}, {{}, {-1}}}, {{3, 2}, {5, 6, -1, -1, 5, 6}});
}

TEST(Cast, KeepsOrTruncates) {
  const Tensor x{{4}, {-2.75, -0.5, 0.5, 2.75}};
  const auto cast = [](DataType from, const char* to, DataType type) {
    return one_operator("cast", {TensorType{from, {4}}}, {{"to", std::string(to)}}, {type, {4}});
  };
  expect_output(cast(DataType::kFloat32, "int64", DataType::kInt64), {x}, {{4}, {-2, 0, 0, 2}});
  expect_output(cast(DataType::kFloat32, "int32", DataType::kInt32), {x}, {{4}, {-2, 0, 0, 2}});
  expect_output(cast(DataType::kFloat32, "float32", DataType::kFloat32), {x}, x);
  expect_output(cast(DataType::kInt64, "float32", DataType::kFloat32), {{{4}, {-2, 0, 1, 9}}}, {{4}, {-2, 0, 1, 9}});
}

TEST(Elementwise, Refusals) {
  const auto message = [](const char* op, const std::vector<TensorType>& operands, const Attributes& attributes,
                          Shape output) {
    return refusal(one_operator(op, operands, attributes, float32(std::move(output))));
  };
  const TensorType x = float32({3, 5});
  EXPECT_EQ(message("relu", {x, x}, {}, {3, 5}), "node 'relu' (relu): takes 1 inputs, not 2");
  EXPECT_EQ(message("relu", {x}, {}, {3, 4}),
            "node 'relu' (relu): its output is 3x4, but its inputs and attributes make 3x5");
  EXPECT_EQ(message("add", {x}, {}, {3, 5}), "node 'add' (add): takes 2 inputs, not 1");
  EXPECT_EQ(message("add", {x, x}, {{"scalar", 1.0}}, {3, 5}), "node 'add' (add): takes 1 inputs, not 2");
  EXPECT_EQ(message("add", {x, float32({4})}, {}, {3, 5}), "node 'add' (add): extents 5 and 4 cannot be broadcast");
  EXPECT_EQ(message("add", {x, float32({2, 3, 1})}, {}, {3, 5}),
            "node 'add' (add): its output is 3x5, but its inputs and attributes make 2x3x5");
  EXPECT_EQ(message("where", {x, x}, {}, {3, 5}), "node 'where' (where): takes 3 inputs, not 2");
  EXPECT_EQ(message("where", {x, x, x}, {}, {3, 5}), "node 'where' (where): its condition is not boolean");
  EXPECT_EQ(message("cast", {x}, {{"to", std::string("int64")}}, {3, 5}), "node 'cast' (cast): cannot cast to 'int64'");
  EXPECT_EQ(message("cast", {x}, {{"to", std::string("complex")}}, {3, 5}),
            "node 'cast' (cast): cannot cast to 'complex'");
}

}  // namespace
}  // namespace tilecast
