#include "base/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace tilecast {
namespace {

TEST(Statistics, Median) {
  EXPECT_EQ(median(std::vector{3.0}), 3);
  EXPECT_EQ(median(std::vector{5.0, 1.0, 3.0}), 3);
  EXPECT_EQ(median(std::vector{4.0, 1.0, 3.0, 2.0}), 2.5);
}

TEST(Statistics, GeometricMean) {
  EXPECT_NEAR(geometric_mean(std::vector{1.0, 4.0, 16.0}), 4, 1e-12);
}

TEST(Statistics, ErrorOfMedianMatchesRepetition) {
  Random random(7);
  constexpr int kSamples = 41;
  std::vector<double> medians;
  double estimated = 0;
  for (int repeat = 0; repeat < 2000; ++repeat) {
    std::vector<double> samples;
    for (int i = 0; i < kSamples; ++i) samples.push_back(10 + random.normal());
    medians.push_back(median(samples));
    estimated += relative_error_of_median(samples) / 2000;
  }
  double squares = 0;
  for (const double value : medians) squares += (value - 10) * (value - 10);
  const double truth = std::sqrt(squares / 2000) / 10;
  EXPECT_NEAR(estimated / truth, 1, 0.1);
}

TEST(Statistics, ErrorOfMedianIgnoresAnOutlier) {
  EXPECT_EQ(relative_error_of_median(std::vector{1.0, 1.0, 1.0, 1.0, 100.0}), 0);
  EXPECT_GT(relative_error_of_median(std::vector{1.0, 2.0, 3.0}), 0.2);
  EXPECT_EQ(relative_error_of_median(std::vector{1.0}), 0);
}

}  // namespace
}  // namespace tilecast
