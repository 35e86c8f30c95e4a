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

TEST(Statistics, RankCorrelation) {
  const std::vector up{1.0, 2.0, 3.0, 40.0};
  EXPECT_DOUBLE_EQ(rank_correlation(up, std::vector{-4.0, -3.0, 0.0, 0.1}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation(up, std::vector{4.0, 3.0, 2.0, 1.0}), -1);
  // Ranks 0, 1.5, 1.5, 3: by hand 4.5 / sqrt(5 x 4.5).
  EXPECT_DOUBLE_EQ(rank_correlation(up, std::vector{0.0, 7.0, 7.0, 9.0}), 4.5 / std::sqrt(5 * 4.5));
  EXPECT_EQ(rank_correlation(up, std::vector{5.0, 5.0, 5.0, 5.0}), 0);
  EXPECT_EQ(rank_correlation(std::vector<double>{}, std::vector<double>{}), 0);
}

// The order in which equal scores happen to stand must not look like skill.
TEST(Statistics, TiesSayNothingOnAverage) {
  Random random(3);
  double sum = 0;
  for (int repeat = 0; repeat < 500; ++repeat) {
    std::vector<double> truth;
    std::vector<double> guess;
    for (int i = 0; i < 20; ++i) {
      truth.push_back(random.normal());
      guess.push_back(static_cast<double>(random.below(3)));
    }
    sum += rank_correlation(truth, guess) / 500;
  }
  EXPECT_NEAR(sum, 0, 0.05);
}

}  // namespace
}  // namespace tilecast
