#include "evaluator/residual_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace tilecast {
namespace {

// Programs of one row each. Their time follows the estimate with `slope`, and a feature that the estimate lacks; each
// group has an offset of its own.
MeasuredPrograms make_group(std::size_t count, double slope, double offset, Random& random) {
  MeasuredPrograms group{.rows = {.columns = 2}};
  for (std::size_t i = 0; i < count; ++i) {
    const double estimate = random.uniform() * 10;
    const double feature = random.uniform();
    group.rows.values.insert(group.rows.values.end(),
                             {static_cast<float>(feature), static_cast<float>(random.uniform())});
    group.rows.counts.push_back(1);
    group.log_estimate.push_back(estimate);
    group.log_known.push_back(0);
    group.log_seconds.push_back(offset + slope * estimate + (feature > 0.5 ? 2 : 0));
  }
  return group;
}

TEST(FitSlope, FollowsTheGroupsAndNotTheirOffsets) {
  Random random(5);
  const MeasuredPrograms a = make_group(300, 0.5, -100, random);
  const MeasuredPrograms b = make_group(300, 0.5, 1000, random);
  EXPECT_NEAR(fit_slope(std::vector{&a, &b}, 1), 0.5, 0.05);
}

TEST(FitSlope, ExpectsWhatItIsToldWithoutRecords) {
  const MeasuredPrograms empty;
  EXPECT_DOUBLE_EQ(fit_slope(std::vector{&empty}, 0.75), 0.75);
  EXPECT_DOUBLE_EQ(fit_slope({}, 1), 1);
}

TEST(FitSlope, WhatIsKnownDoesNotCountTwice) {
  Random random(6);
  MeasuredPrograms group = make_group(300, 0.9, 3, random);
  for (std::size_t i = 0; i < group.log_known.size(); ++i) group.log_known[i] = 0.4 * group.log_estimate[i];
  EXPECT_NEAR(fit_slope(std::vector{&group}, 1), 0.5, 0.05);
}

TEST(FitResiduals, LearnsWhatTheEstimateLacks) {
  Random random(7);
  const MeasuredPrograms a = make_group(200, 1, -7, random);
  const MeasuredPrograms b = make_group(200, 1, 30, random);
  const auto trees = fit_residuals(std::vector{&a, &b}, 1, {});
  ASSERT_TRUE(trees.ok()) << trees.error().message;
  PackedRows rows{.columns = 2, .values = {0.2F, 0.5F, 0.8F, 0.5F}, .counts = {1, 1}};
  const std::vector<float> values = trees->predict(rows);
  EXPECT_NEAR(values[1] - values[0], 2, 0.2);
}

}  // namespace
}  // namespace tilecast
