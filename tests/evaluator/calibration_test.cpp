#include "evaluator/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <limits>
#include <vector>

#include "base/random.h"

namespace tilecast {
namespace {

TEST(Calibration, NamesItsRanges) {
  EXPECT_EQ(difference_range_text(0), "0-0.25");
  EXPECT_EQ(difference_range_text(2), "0.5-1");
  EXPECT_EQ(difference_range_text(4), "2+");
}

TEST(Calibration, PutsPairsByTheirPredictedDifference) {
  Calibration calibration;
  // Predicted: 1 to the second, 2.5 to the third, 1.5 between those; measured: 2, 1 and -1.
  calibration.add(std::vector<double>{0, -1, -2.5}, std::vector<double>{1, 4, 2});
  const auto& rows = calibration.by_difference();
  EXPECT_EQ(rows[0].pairs(), 0U);
  EXPECT_EQ(rows[0].right(), 0) << "there is none";
  EXPECT_EQ(rows[3].pairs(), 2U);
  EXPECT_DOUBLE_EQ(rows[3].right(), 0.5);
  EXPECT_DOUBLE_EQ(rows[3].predicted(), 1.25);
  EXPECT_DOUBLE_EQ(rows[3].measured(), 0.5);
  EXPECT_EQ(rows[4].pairs(), 1U);
  EXPECT_DOUBLE_EQ(rows[4].right(), 1);
  EXPECT_DOUBLE_EQ(rows[4].measured(), 1);
  EXPECT_EQ(calibration.all().pairs(), 3U);
  EXPECT_DOUBLE_EQ(calibration.all().slope(), (1 * 2 + 2.5 * 1 - 1.5 * 1) / (1 + 2.5 * 2.5 + 1.5 * 1.5));
}

TEST(Calibration, BoundsBelongToTheRangeAboveThem) {
  Calibration calibration;
  for (const double difference : {0.0, 0.25, 0.5, 1.0, 2.0}) {
    calibration.add(std::vector<double>{difference, 0}, std::vector<double>{1, 2});
  }
  for (const PairCalibration& row : calibration.by_difference()) EXPECT_EQ(row.pairs(), 1U);
}

TEST(Calibration, EqualScoresGetNoCreditAndIllegalProgramsHaveNoPairs) {
  Calibration calibration;
  const double illegal = -std::numeric_limits<double>::infinity();
  calibration.add(std::vector<double>{3, 3, illegal}, std::vector<double>{1, 2, 3});
  calibration.add(std::vector<double>{3, 3}, std::vector<double>{2, 1});
  EXPECT_EQ(calibration.all().pairs(), 2U);
  EXPECT_EQ(calibration.all().right(), 0);
  EXPECT_EQ(calibration.all().measured(), 0) << "in either order";
  EXPECT_EQ(calibration.all().slope(), 0);
}

// Scores that are twice as far apart as the times they stand for, up to a constant.
TEST(Calibration, SlopeUndoesTheScale) {
  const std::uint64_t seed = 12;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  Calibration calibration;
  for (int task = 0; task < 20; ++task) {
    std::vector<double> scores;
    std::vector<double> seconds;
    for (int i = 0; i < 30; ++i) {
      const double log_time = random.normal();
      seconds.push_back(std::exp2(log_time + 0.1 * random.normal()));
      scores.push_back(5.0 * task - 2 * log_time);
    }
    calibration.add(scores, seconds);
  }
  EXPECT_EQ(calibration.all().pairs(), 20U * 30 * 29 / 2);
  EXPECT_NEAR(calibration.all().slope(), 0.5, 0.01);
  EXPECT_GT(calibration.by_difference()[4].right(), 0.99);
  EXPECT_LT(calibration.by_difference()[0].right(), 0.8);
  EXPECT_NEAR(calibration.all().measured() / calibration.all().predicted(), 0.5, 0.01);
}

}  // namespace
}  // namespace tilecast
