#include "frontend/constant_folding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "network_builder.h"

namespace tilecast {
namespace {

using testing::NetworkBuilder;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> stored(DataType type, const std::vector<double>& numbers) {
  return to_numbers(type, *constant_bytes(type, numbers));
}

TEST(ConstantBytes, NumbersThatDoNotFitBecomeTheNearest) {
  const std::vector<double> numbers = {-1e30, -129.5, -1.5, 0, 1.5, 300, 1e30, NAN};
  EXPECT_EQ(stored(DataType::kInt8, numbers), (std::vector<double>{-128, -128, -1, 0, 1, 127, 127, 0}));
  EXPECT_EQ(stored(DataType::kUInt8, numbers), (std::vector<double>{0, 0, 0, 0, 1, 255, 255, 0}));
  EXPECT_EQ(stored(DataType::kInt32, {-1e30, 1e30}), (std::vector<double>{-2147483648.0, 2147483647.0}));
  EXPECT_EQ(stored(DataType::kFloat64, {1e300}), std::vector<double>{1e300});
  EXPECT_EQ(stored(DataType::kFloat32, {0.5, -kInfinity}), (std::vector<double>{0.5, -kInfinity}));
}

TEST(SaturatedInt, EndsOfSixtyFourBits) {
  EXPECT_EQ(saturated_int(1e30), INT64_MAX);
  EXPECT_EQ(saturated_int(9223372036854775808.0), INT64_MAX);
  EXPECT_EQ(saturated_int(-1e30), INT64_MIN);
  EXPECT_EQ(saturated_int(kInfinity), INT64_MAX);
  EXPECT_EQ(saturated_int(-kInfinity), INT64_MIN);
  EXPECT_EQ(saturated_int(NAN), 0);
  EXPECT_EQ(saturated_int(-2.9), -2);
}

TEST(EvaluateConstant, MovesDataAndComputes) {
  NetworkBuilder b;
  const NetworkId x = add_float_constant(b.network, "x", {2, 3}, {1, 2, 3, 4, 5, 6});
  const auto evaluate = [&](const std::string& op, Shape shape, const Attributes& attributes = {}) {
    const NetworkId id = b.op(op, {x}, std::move(shape), attributes);
    const std::vector<const NetworkNode*> inputs = {&b.network.node(x)};
    const auto bytes = evaluate_constant(b.network.node(id), inputs);
    return bytes.ok() ? to_numbers(DataType::kFloat32, **bytes) : std::vector<double>{};
  };
  EXPECT_EQ(evaluate("transpose", {3, 2}, {{"perm", std::vector<std::int64_t>{1, 0}}}),
            (std::vector<double>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(evaluate("reshape", {6}), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(evaluate("neg", {2, 3}), (std::vector<double>{-1, -2, -3, -4, -5, -6}));
}

TEST(EvaluateConstant, WhatOpsCannotBuildIsAnError) {
  NetworkBuilder b;
  const NetworkId x = add_float_constant(b.network, "x", {2}, {1, 2});
  const NetworkId id = b.op("wiggle", {x}, {2});
  const std::vector<const NetworkNode*> inputs = {&b.network.node(x)};
  const auto bytes = evaluate_constant(b.network.node(id), inputs);
  ASSERT_FALSE(bytes.ok());
  EXPECT_EQ(bytes.error().message, "node 'wiggle1' (wiggle): this operator is not supported");
}

}  // namespace
}  // namespace tilecast
