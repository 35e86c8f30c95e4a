// SIGKILL at random moments: nothing is lost but the line being written, and the next run goes on.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include "base/child_process.h"
#include "base/random.h"
#include "base/temp_directory.h"
#include "record/record_log.h"

namespace tilecast {
namespace {

constexpr int kKills = 20;

TEST(Kill, TunerResumesAfterEachOfTwentyKills) {
  const TempDirectory directory = *TempDirectory::create("kill_test");
  const auto log = directory.path() / "log.jsonl";
  const std::uint64_t seed = 21;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  std::size_t before = 0;
  int runs_that_measured = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    auto tuner = ChildProcess::spawn(
        {.program = std::filesystem::path(TILECAST_BINARY_DIR) / "tilecast",
         .arguments = {"tune", std::string(TILECAST_SOURCE_DIR) + "/data/subgraphs.json", "--only", "mv2_dw_14,bert_ln",
                       "--trials", "100000", "--records", log.string(), "--seed", std::to_string(kill)},
         .log_file = directory.path() / "output"});
    ASSERT_TRUE(tuner.ok()) << tuner.error().message;
    std::this_thread::sleep_for(std::chrono::milliseconds(700 + random.below(1500)));
    const ExitStatus status = tuner->kill();
    ASSERT_EQ(status.signal, SIGKILL) << "the tuner ended by itself: " << to_text(status);
    if (!std::filesystem::exists(log)) continue;

    const auto set = read_record_log(log);
    ASSERT_TRUE(set.ok()) << set.error().message;
    EXPECT_LE(set->skipped_lines, kill + 1) << set->first_skipped;
    EXPECT_GE(set->records.size(), before) << "records were lost";
    runs_that_measured += set->records.size() > before ? 1 : 0;
    before = set->records.size();
    std::set<std::pair<std::string, std::uint64_t>> measured;
    for (const MeasureRecord& record : set->records) {
      EXPECT_TRUE(measured.insert({record.task_key, trajectory_hash(record.trajectory)}).second) << "measured twice";
    }
  }
  // Starting takes some of the time; most of the runs get further.
  EXPECT_GT(runs_that_measured, kKills / 2);
}

}  // namespace
}  // namespace tilecast
