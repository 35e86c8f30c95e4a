#include "measure/input_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace tilecast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(InputData, IsTheSameEachTimeAndAnotherForEachInput) {
  const auto first = random_input_bytes(DataType::kFloat32, 100, 0);
  EXPECT_EQ(first.size(), 400U);
  EXPECT_EQ(first, random_input_bytes(DataType::kFloat32, 100, 0));
  EXPECT_NE(first, random_input_bytes(DataType::kFloat32, 100, 1));
}

TEST(InputData, NumbersOfEveryTypeAreInTheirRange) {
  for (const DataType type : {DataType::kFloat32, DataType::kFloat64, DataType::kInt64, DataType::kInt32,
                              DataType::kInt8, DataType::kUInt8, DataType::kBool}) {
    const std::vector<double> numbers = to_numbers(type, random_input_bytes(type, 500, 2));
    ASSERT_EQ(numbers.size(), 500U);
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    if (is_float(type)) {
      EXPECT_GE(*low, -1);
      EXPECT_LT(*low, -0.9);
      EXPECT_LT(*high, 1);
      EXPECT_GT(*high, 0.9);
    } else {
      EXPECT_EQ(*low, 0);
      EXPECT_EQ(*high, type == DataType::kBool ? 1 : 7);
    }
  }
}

double difference(const std::vector<float>& got, const std::vector<float>& want) {
  return relative_difference(DataType::kFloat32, reinterpret_cast<const std::byte*>(got.data()),
                             reinterpret_cast<const std::byte*>(want.data()), 4 * want.size());
}

TEST(RelativeDifference, IsThatOfTheLargestNumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(difference({1, -4}, {1, -4}), 0);
  EXPECT_EQ(difference({1.5, -4}, {1, -4}), 0.125);
  EXPECT_EQ(difference({0, 0}, {0, 0}), 0);
  EXPECT_EQ(difference({1, 0}, {0, 0}), kInfinity);
  EXPECT_EQ(difference({nan, 1}, {nan, 1}), 0);
  EXPECT_EQ(difference({nan, 1}, {2, 1}), kInfinity);
  EXPECT_EQ(difference({2, 1}, {nan, 1}), kInfinity);
  EXPECT_EQ(difference({infinity, 1}, {infinity, 1}), 0);
  EXPECT_EQ(difference({-infinity, 1}, {infinity, 1}), kInfinity);
  EXPECT_EQ(difference({infinity, 1}, {3e38F, 1}), kInfinity);
}

TEST(RelativeDifference, WholeNumbersAreEqualOrNot) {
  const std::int64_t got[] = {1, 2};
  const std::int64_t want[] = {1, 3};
  const auto* g = reinterpret_cast<const std::byte*>(got);
  const auto* w = reinterpret_cast<const std::byte*>(want);
  EXPECT_EQ(relative_difference(DataType::kInt64, g, w, 16), kInfinity);
  EXPECT_EQ(relative_difference(DataType::kInt64, g, w, 8), 0);
}

}  // namespace
}  // namespace tilecast
