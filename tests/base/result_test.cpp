#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace tilecast {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{"odd"};
  return value / 2;
}

Result<int> quarter(int value) {
  TILECAST_TRY(const int first, half(value));
  TILECAST_TRY(const int second, half(first));
  return second;
}

Status must_be_even(int value) {
  TILECAST_CHECK(half(value));
  return Unit{};
}

TEST(Result, CarriesValueOrReason) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6).ok());
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(must_be_even(2).ok());
  EXPECT_EQ(must_be_even(3).error(), Error{"odd"});
}

TEST(Result, HoldsWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 5);
}

TEST(ResultDeathTest, ReadingTheAbsentSideAborts) {
  const Result<int> failed = half(1);
  EXPECT_DEATH((void)*failed, "");
}

}  // namespace
}  // namespace tilecast
