#include "runtime/package/strides.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

TEST(Strides, OfDenseTensors) {
  EXPECT_EQ(dense_strides({2, 3, 5}), (Strides{15, 5, 1}));
  EXPECT_EQ(dense_strides({}), Strides{});
}

TEST(Strides, ReshapedWithinRuns) {
  // Two rows of 6 elements, 10 apart.
  EXPECT_EQ(reshaped_strides({2, 6}, {10, 1}, {2, 2, 3}), (Strides{10, 3, 1}));
  EXPECT_EQ(reshaped_strides({2, 2, 3}, {10, 3, 1}, {2, 6}), (Strides{10, 1}));
  // Outer dimensions that one stride walks through are one dimension, or any others of their product.
  EXPECT_EQ(reshaped_strides({2, 6, 4}, {60, 10, 1}, {3, 4, 4}), (Strides{40, 10, 1}));
  EXPECT_EQ(reshaped_strides({2, 6, 4}, {60, 10, 1}, {12, 4}), (Strides{10, 1}));
  EXPECT_EQ(reshaped_strides({6, 4}, {4, 1}, {24}), (Strides{1}));
}

TEST(Strides, ReshapedWithDimensionsOfOneElement) {
  EXPECT_EQ(reshaped_strides({6, 4}, {10, 1}, {1, 6, 4})->back(), 1);
  EXPECT_EQ(reshaped_strides({6, 4}, {10, 1}, {1, 6, 4})->at(1), 10);
  EXPECT_EQ(reshaped_strides({1, 6, 1, 4}, {7, 10, 3, 1}, {6, 4}), (Strides{10, 1}));
  EXPECT_TRUE(reshaped_strides({1, 1}, {8, 8}, {1}).has_value());
}

TEST(Strides, NothingCrossesAGap) {
  EXPECT_EQ(reshaped_strides({2, 6}, {10, 1}, {12}), std::nullopt);
  EXPECT_EQ(reshaped_strides({2, 6}, {10, 1}, {3, 4}), std::nullopt);
  EXPECT_EQ(reshaped_strides({2, 6}, {10, 1}, {4, 3}), std::nullopt);
  EXPECT_EQ(reshaped_strides({4, 6}, {10, 1}, {2, 12}), std::nullopt);
}

TEST(Strides, LongestRunsWithoutAGap) {
  EXPECT_EQ(contiguous_elements({2, 3, 5}, {15, 5, 1}), 30);
  EXPECT_EQ(contiguous_elements({2, 3, 5}, {40, 5, 1}), 15);
  EXPECT_EQ(contiguous_elements({2, 3, 5}, {60, 20, 1}), 5);
  EXPECT_EQ(contiguous_elements({2, 3, 1}, {60, 20, 1}), 1);
  EXPECT_EQ(contiguous_elements({1, 1}, {60, 20}), 1);
}

TEST(Strides, KernelsGetThemInnermostFirst) {
  EXPECT_EQ(kernel_strides({2, 3, 5}, {60, 20, 1}), (std::vector<std::int64_t>{1, 20, 60}));
  // A dimension of one element has none of its own: the same layout is the same kernel.
  EXPECT_EQ(kernel_strides({1, 3, 5}, {999, 20, 1}), (std::vector<std::int64_t>{1, 20, 60}));
  EXPECT_TRUE(kernel_strides({2, 3, 5}, {15, 5, 1}).empty());
  EXPECT_TRUE(kernel_strides({1, 3, 5}, {999, 5, 1}).empty());
}

}  // namespace
}  // namespace tilecast
