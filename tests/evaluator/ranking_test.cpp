#include "evaluator/ranking.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace tilecast {
namespace {

TEST(RankPrograms, TakesTheBestAmongTheHighestScores) {
  const std::vector<double> seconds = {6, 5, 4, 3, 2, 1};
  const TaskRanking right = rank_programs(std::vector<double>{1, 2, 3, 4, 5, 6}, seconds);
  EXPECT_EQ(right.programs, 6U);
  EXPECT_EQ(right.best_seconds, 1);
  EXPECT_EQ(right.top1_seconds, 1);
  EXPECT_EQ(right.top5_seconds, 1);
  EXPECT_DOUBLE_EQ(right.rank_correlation, 1);

  const TaskRanking wrong = rank_programs(std::vector<double>{6, 5, 4, 3, 2, 1}, seconds);
  EXPECT_EQ(wrong.best_seconds, 1);
  EXPECT_EQ(wrong.top1_seconds, 6);
  EXPECT_EQ(wrong.top5_seconds, 2);
  EXPECT_DOUBLE_EQ(wrong.rank_correlation, -1);
}

TEST(RankPrograms, EqualScoresGetNoCredit) {
  const TaskRanking ranking = rank_programs(std::vector<double>(8, 0.5), std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(ranking.top1_seconds, 8);
  EXPECT_EQ(ranking.top5_seconds, 4);
  EXPECT_EQ(ranking.rank_correlation, 0);
}

TEST(RankPrograms, OneProgramIsAllThereIs) {
  const TaskRanking ranking = rank_programs(std::vector<double>{-7}, std::vector<double>{0.25});
  EXPECT_EQ(ranking.top1_seconds, 0.25);
  EXPECT_EQ(ranking.top5_seconds, 0.25);
}

TEST(RankingQuality, WeighsTimesLikeTenSet) {
  RankingQuality quality;
  EXPECT_EQ(quality.top1(), 1);
  quality.add({.programs = 10, .best_seconds = 1, .top1_seconds = 2, .top5_seconds = 1, .rank_correlation = 0.5}, 3);
  quality.add({.programs = 20, .best_seconds = 4, .top1_seconds = 5, .top5_seconds = 4.5, .rank_correlation = 0.1}, 1);
  // Too few programs to correlate; their times count.
  quality.add({.programs = 2, .best_seconds = 1, .top1_seconds = 1, .top5_seconds = 1, .rank_correlation = -1}, 1);
  EXPECT_EQ(quality.tasks(), 3U);
  EXPECT_EQ(quality.programs(), 32U);
  EXPECT_DOUBLE_EQ(quality.top1(), (3 * 1 + 4 + 1) / (3 * 2 + 5 + 1.0));
  EXPECT_DOUBLE_EQ(quality.top5(), (3 * 1 + 4 + 1) / (3 * 1 + 4.5 + 1.0));
  EXPECT_DOUBLE_EQ(quality.rank_correlation(), 0.3);
  EXPECT_EQ(to_json(quality), (nlohmann::json{{"tasks", 3},
                                              {"programs", 32},
                                              {"top1", quality.top1()},
                                              {"top5", quality.top5()},
                                              {"rank_correlation", quality.rank_correlation()}}));
}

}  // namespace
}  // namespace tilecast
