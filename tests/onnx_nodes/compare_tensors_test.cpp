#include "compare_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "frontend/constant_folding.h"

namespace tilecast::testing {
namespace {

using ::testing::HasSubstr;

NpyArray array(DataType type, Shape shape, const std::vector<double>& numbers) {
  return {{type, std::move(shape)}, *constant_bytes(type, numbers)};
}

std::string difference(const NpyArray& got, const NpyArray& want) {
  const Status same = compare_tensors(got, want);
  return same.ok() ? "" : same.error().message;
}

TEST(CompareTensors, FloatsMayDifferALittle) {
  const NpyArray want = array(DataType::kFloat32, {3}, {1000, 0, -2});
  EXPECT_EQ(difference(array(DataType::kFloat32, {3}, {1000.9, 9e-8, -2}), want), "");
  EXPECT_THAT(difference(array(DataType::kFloat32, {3}, {1001.1, 0, -2}), want),
              HasSubstr("element 0 is 1001.1, but should be 1000"));
  EXPECT_THAT(difference(array(DataType::kFloat32, {3}, {1000, 2e-7, -2}), want), HasSubstr("element 1"));
}

TEST(CompareTensors, NoNumberEqualsItself) {
  const NpyArray nan = array(DataType::kFloat32, {1}, {NAN});
  const NpyArray infinite = array(DataType::kFloat32, {1}, {INFINITY});
  EXPECT_EQ(difference(nan, nan), "");
  EXPECT_EQ(difference(infinite, infinite), "");
  EXPECT_NE(difference(nan, infinite), "");
  EXPECT_NE(difference(infinite, array(DataType::kFloat32, {1}, {-INFINITY})), "");
  EXPECT_NE(difference(array(DataType::kFloat32, {1}, {1e38}), infinite), "");
}

TEST(CompareTensors, WholeNumbersMayNot) {
  const NpyArray want = array(DataType::kInt64, {2}, {100000, 1});
  EXPECT_EQ(difference(want, want), "");
  EXPECT_THAT(difference(array(DataType::kInt64, {2}, {100001, 1}), want), HasSubstr("is 100001, but should be"));
  NpyArray large = array(DataType::kInt64, {1}, {9007199254740992.0});
  NpyArray next = large;
  next.bytes[0] = std::byte{1};
  EXPECT_THAT(difference(next, large), HasSubstr("beyond 53 bits"));
}

TEST(CompareTensors, TypeAndShapeCount) {
  const NpyArray want = array(DataType::kFloat32, {2, 1}, {1, 2});
  EXPECT_EQ(difference(array(DataType::kFloat32, {1, 2}, {1, 2}), want),
            "it is float32 1x2, but should be float32 2x1");
  EXPECT_THAT(difference(array(DataType::kInt32, {2, 1}, {1, 2}), want), HasSubstr("it is int32 2x1"));
}

}  // namespace
}  // namespace tilecast::testing
