#include "tuner/task_scheduler.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace tilecast {
namespace {

constexpr double kNothing = std::numeric_limits<double>::infinity();

TEST(TaskScheduler, EachTaskGetsARoundFirst) {
  TaskScheduler scheduler({{1, 1e6, "a"}, {100, 1e9, "b"}, {1, 1e6, "c"}});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(scheduler.next(), i);
    scheduler.finish_round(i, 1e-3);
  }
}

// Every task improves by the same law, best(t) = base / (1 - 2^-t): the one that weighs more gets more of the rounds.
TEST(TaskScheduler, WeightAttractsRounds) {
  TaskScheduler scheduler({{1, 1e9, "a"}, {20, 1e9, "b"}});
  std::array<int, 2> rounds{};
  for (int i = 0; i < 40; ++i) {
    const std::size_t next = scheduler.next();
    ++rounds.at(next);
    scheduler.finish_round(next, 1e-3 / (1 - std::exp2(-rounds.at(next))));
  }
  EXPECT_GT(rounds[1], 2 * rounds[0]);
  EXPECT_GE(rounds[0], 1);
}

// The second runs at a third of the first one's rate and cannot get faster; the third still improves a little.
TEST(TaskScheduler, ATaskThatStandsStillGivesWay) {
  TaskScheduler scheduler({{1, 3e9, "a"}, {5, 1e9, "a"}, {1, 1e9, "b"}});
  std::array<int, 3> rounds{};
  double improving = 1e-3;
  for (int i = 0; i < 60; ++i) {
    const std::size_t next = scheduler.next();
    ++rounds.at(next);
    if (next == 2) improving *= 0.97;
    scheduler.finish_round(next, next == 2 ? improving : 1e-3);
  }
  EXPECT_LT(rounds[1], 45);
  EXPECT_GE(rounds[2], 12);
}

TEST(TaskScheduler, ExhaustedTasksAreLeftAlone) {
  TaskScheduler scheduler({{1, 1, "a"}, {1, 1, "b"}});
  scheduler.exhaust(0);
  EXPECT_EQ(scheduler.next(), 1U);
  scheduler.exhaust(1);
  EXPECT_EQ(scheduler.next(), 2U);
}

// A task of which nothing works does not starve the others for ever.
TEST(TaskScheduler, FailingTasksDoNotStarveOthers) {
  TaskScheduler scheduler({{1, 1e9, "a"}, {1, 1e9, "b"}});
  int rounds_of_b = 0;
  double best = 1;
  for (int i = 0; i < 60; ++i) {
    const std::size_t next = scheduler.next();
    if (next == 1) {
      ++rounds_of_b;
      best *= 0.9;
    }
    scheduler.finish_round(next, next == 0 ? kNothing : best);
  }
  EXPECT_GT(rounds_of_b, 5);
  EXPECT_LT(rounds_of_b, 59);
}

}  // namespace
}  // namespace tilecast
