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

// Waits until the log has grown beyond `size`; false when it has not after a minute.
bool wait_for_growth(const std::filesystem::path& log, std::uintmax_t size) {
  for (int i = 0; i < 6000; ++i) {
    std::error_code missing;
    const std::uintmax_t now = std::filesystem::file_size(log, missing);
    if (!missing && now > size) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(Kill, TunerResumesAfterEachOfTwentyKills) {
  const TempDirectory directory = *TempDirectory::create("kill_test");
  const auto log = directory.path() / "log.jsonl";
  const std::uint64_t seed = 21;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  std::size_t before = 0;
  std::uintmax_t size = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    auto tuner = ChildProcess::spawn(
        {.program = std::filesystem::path(TILECAST_BINARY_DIR) / "tilecast",
         .arguments = {"tune", std::string(TILECAST_SOURCE_DIR) + "/data/subgraphs.json", "--only", "mv2_dw_14,bert_ln",
                       "--trials", "100000", "--records", log.string(), "--seed", std::to_string(kill)},
         .log_file = directory.path() / "output"});
    ASSERT_TRUE(tuner.ok()) << tuner.error().message;
    // Most are killed at some moment after they have written something, every fourth somewhere in its start.
    const bool early = kill % 4 == 3;
    if (!early) {
      ASSERT_TRUE(wait_for_growth(log, size)) << "the tuner writes nothing";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random.below(early ? 1000 : 400)));
    const ExitStatus status = tuner->kill();
    ASSERT_EQ(status.signal, SIGKILL) << "the tuner ended by itself: " << to_text(status);
    if (!std::filesystem::exists(log)) continue;

    const auto set = read_record_log(log);
    ASSERT_TRUE(set.ok()) << set.error().message;
    EXPECT_LE(set->skipped_lines, kill + 1) << set->first_skipped;
    EXPECT_GE(set->records.size(), before) << "records were lost";
    before = set->records.size();
    size = std::filesystem::file_size(log);
    std::set<std::pair<std::string, std::uint64_t>> measured;
    for (const MeasureRecord& record : set->records) {
      EXPECT_TRUE(measured.insert({record.task_key, trajectory_hash(record.trajectory)}).second) << "measured twice";
    }
  }
  EXPECT_GT(before, static_cast<std::size_t>(kKills / 2));
}

}  // namespace
}  // namespace tilecast
