#include "profile/block_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/child_process.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Samples = std::vector<double>;

// Another process, which does what the shell is told.
ChildProcess shell(const std::string& command) {
  auto child = ChildProcess::spawn({.program = "/bin/sh", .arguments = {"-c", command}});
  if (!child.ok()) throw std::runtime_error(child.error().message);
  return *std::move(child);
}

BlockSide side(const char* name, pid_t process, std::vector<std::string>& log, double seconds) {
  return {name, process, [&log, name, seconds](int runs) -> Result<Samples> {
            log.push_back(name);
            return Samples(static_cast<std::size_t>(runs), seconds * static_cast<double>(log.size()));
          }};
}

Result<Samples> compute_here(int /*runs*/) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  while (std::chrono::steady_clock::now() < end) {
  }
  return Samples{1};
}

Result<Samples> wait_here(int /*runs*/) {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  return Samples{1};
}

TEST(BlockTimes, SidesTakeTurns) {
  const ChildProcess other = shell("sleep 60");
  std::vector<std::string> log;
  const std::vector<BlockSide> sides{side("a", ::getpid(), log, 1), side("b", other.pid(), log, 1)};
  const auto times = alternate(sides, {.blocks = 2, .runs = 3});
  ASSERT_TRUE(times.ok()) << times.error().message;
  EXPECT_THAT(log, ElementsAre("a", "b", "a", "b"));
  EXPECT_THAT(times->sides, ElementsAre(BlockSamples{{1, 1, 1}, {3, 3, 3}}, BlockSamples{{2, 2, 2}, {4, 4, 4}}));
  EXPECT_DOUBLE_EQ(times->ratio_to(1), 2.0 / 3);
  EXPECT_THAT(times->block_ratios_to(1), ElementsAre(0.5, 0.75));
}

TEST(BlockTimes, ThreeSidesTakeTurns) {
  const ChildProcess second = shell("sleep 60");
  const ChildProcess third = shell("sleep 60");
  std::vector<std::string> log;
  const std::vector<BlockSide> sides{side("a", ::getpid(), log, 1), side("b", second.pid(), log, 1),
                                     side("c", third.pid(), log, 1)};
  const auto times = alternate(sides, {.blocks = 2, .runs = 1});
  ASSERT_TRUE(times.ok()) << times.error().message;
  EXPECT_THAT(log, ElementsAre("a", "b", "c", "a", "b", "c"));
  EXPECT_THAT(times->sides, ElementsAre(BlockSamples{{1}, {4}}, BlockSamples{{2}, {5}}, BlockSamples{{3}, {6}}));
  EXPECT_DOUBLE_EQ(times->ratio_to(2), 2.5 / 4.5);
  EXPECT_THAT(times->block_ratios_to(2), ElementsAre(1.0 / 3, 4.0 / 6));
}

TEST(BlockTimes, ASideThatDoesNotRestIsAnError) {
  const ChildProcess busy = shell("while :; do :; done");
  std::vector<std::string> log;
  const ChildProcess idle = shell("sleep 60");
  const std::vector<BlockSide> sides{side("a", ::getpid(), log, 1), side("b", idle.pid(), log, 1),
                                     side("busy", busy.pid(), log, 1)};
  const auto times = alternate(sides, {.longest_wait = 0.2});
  ASSERT_FALSE(times.ok());
  EXPECT_THAT(times.error().message, HasSubstr("busy still computes 0.2 s after its last run"));
  EXPECT_TRUE(log.empty());
}

// Idle when the block begins, and computing while the other side is timed.
TEST(BlockTimes, DisturbanceIsSeen) {
  const ChildProcess other = shell("sleep 60");
  const std::vector<BlockSide> at_rest{{"a", ::getpid(), compute_here}, {"b", other.pid(), wait_here}};
  const auto quiet = alternate(at_rest, {.blocks = 1, .runs = 1});
  ASSERT_TRUE(quiet.ok()) << quiet.error().message;
  EXPECT_LT(quiet->disturbance, 0.05);
  const std::vector<BlockSide> at_work{{"a", ::getpid(), wait_here}, {"b", other.pid(), compute_here}};
  const auto disturbed = alternate(at_work, {.blocks = 1, .runs = 1});
  ASSERT_TRUE(disturbed.ok()) << disturbed.error().message;
  EXPECT_GT(disturbed->disturbance, 0.05);
}

// What a side does in its own turn is no disturbance of it, though another side is of the same process.
TEST(BlockTimes, SidesMayShareAProcess) {
  const ChildProcess other = shell("sleep 60");
  const std::vector<BlockSide> sides{
      {"a", ::getpid(), compute_here}, {"b", ::getpid(), compute_here}, {"c", other.pid(), wait_here}};
  const auto times = alternate(sides, {.blocks = 2, .runs = 1});
  ASSERT_TRUE(times.ok()) << times.error().message;
  EXPECT_EQ(times->sides[0].size(), 2U);
  EXPECT_EQ(times->sides[1].size(), 2U);
  EXPECT_LT(times->disturbance, 0.05);
}

TEST(BlockTimes, MediansAreOfAllSamples) {
  EXPECT_EQ(median_of({{1, 9}, {2, 3, 4}}), 3);
}

TEST(BlockTimes, FailureAndStopEndIt) {
  const ChildProcess other = shell("sleep 60");
  std::vector<std::string> log;
  const std::vector<BlockSide> sides{side("a", ::getpid(), log, 1),
                                     {"b", other.pid(), [](int) -> Result<Samples> { return Error{"no run"}; }}};
  const auto failed = alternate(sides, {});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "no run");
  const auto stopped = alternate(sides, {.stopped = [] { return true; }});
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().message, "stopped");
}

}  // namespace
}  // namespace tilecast
