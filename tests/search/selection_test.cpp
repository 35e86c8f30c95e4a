#include "search/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace tilecast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Selection, RankingIgnoresWhatCannotBeChosen) {
  const std::vector<double> scores = {-3, NAN, -kInfinity, 5, -3, kInfinity};
  EXPECT_THAT(ranking(scores), ::testing::ElementsAre(5, 3, 0, 4));
  EXPECT_TRUE(ranking(std::vector<double>{NAN, -kInfinity}).empty());
}

// Scores that are all negative, or shifted by a constant, select alike.
TEST(Selection, OnlyTheOrderCounts) {
  const std::vector<double> small = {-9, -8, -7, -6, -5, -4, -3, -2, -1, 0};
  std::vector<double> large;
  for (const double s : small) large.push_back(1e6 + 100 * s * s * s);
  const RankSelector a(small, 0.15);
  const RankSelector b(large, 0.15);
  Random random_a(1);
  Random random_b(1);
  std::array<int, 10> counts{};
  for (int i = 0; i < 4000; ++i) {
    const std::size_t drawn = a.draw(random_a);
    EXPECT_EQ(drawn, b.draw(random_b));
    ++counts.at(drawn);
  }
  for (std::size_t i = 1; i < counts.size(); ++i) EXPECT_GE(counts[i] + 60, counts[i - 1]);
  EXPECT_GT(counts[9], 1600);
  EXPECT_TRUE(RankSelector(std::vector<double>{NAN}, 0.15).empty());
}

// Small rounds do not lose their share of exploration: 6 % of 100 rounds of 10 is 60.
TEST(Selection, SharesAreCarriedBetweenRounds) {
  CarriedShare share(0.06);
  std::size_t total = 0;
  for (int round = 0; round < 100; ++round) {
    const std::size_t taken = share.take(10);
    EXPECT_LE(taken, 1U);
    total += taken;
  }
  EXPECT_NEAR(static_cast<double>(total), 60, 1);
}

TEST(Selection, DiverseChoicesAreApart) {
  // Ten candidates with the same decisions but one, then one far from them with a slightly lower score.
  std::vector<Candidate> candidates;
  for (int i = 0; i < 10; ++i) candidates.push_back({0, {1, 1, 1, 1, i}, {}});
  candidates.push_back({0, {9, 9, 9, 9, 9}, {}});
  std::vector<const Candidate*> pointers;
  std::vector<double> scores;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    pointers.push_back(&candidates[i]);
    scores.push_back(-static_cast<double>(i));
  }
  const auto chosen = select_diverse(pointers, scores, 3, {.diversity = 0.5, .pool_factor = 10, .min_distance = 2});
  ASSERT_EQ(chosen.size(), 3U);
  EXPECT_EQ(chosen[0], 0U);
  EXPECT_EQ(chosen[1], 10U);
}

}  // namespace
}  // namespace tilecast
