#include "tools/remeasurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "base/text_file.h"

namespace tilecast::tools {
namespace {

using ::testing::HasSubstr;

const SearchJudge kStatic{"static", false, 64};
const SearchJudge kPretrained{"static", true, 64};

Remeasurement of(std::uint64_t seed, std::vector<RemeasuredJudge> judges) {
  return {"conv", "0123456789abcdef", seed, "machine", 2, 200, std::move(judges)};
}

RemeasurementKey key_of(std::uint64_t seed) {
  return {"conv", "0123456789abcdef", seed, "machine", 2};
}

TEST(Remeasurement, FilesKeepAll) {
  const TempDirectory directory = *TempDirectory::create("remeasurement_test");
  const auto file = remeasurement_file(directory.path());
  EXPECT_TRUE(read_remeasurements(file)->empty()) << "there is no file";
  const std::vector<Remeasurement> all{of(0, {{kStatic, {3e-3, 1e-3, 2e-3}}, {kPretrained, {}}}),
                                       of(1, {{kStatic, {1}}})};
  ASSERT_TRUE(write_remeasurements(file, all).ok());
  EXPECT_EQ(*read_remeasurements(file), all);
  EXPECT_EQ(all[0].judges[0].median_seconds(), 2e-3);
  EXPECT_EQ(all[0].judges[1].median_seconds(), std::numeric_limits<double>::infinity());
}

TEST(Remeasurement, DamagedLinesAreNamed) {
  const TempDirectory directory = *TempDirectory::create("remeasurement_test");
  const auto file = remeasurement_file(directory.path());
  const std::string good = to_json(of(0, {{kStatic, {1}}})).dump() + "\n";
  for (const std::string line : {"{\"subgraph\":", "[]", "{\"subgraph\": \"conv\"}"}) {
    ASSERT_TRUE(write_text(file, good + line + "\n").ok());
    const auto read = read_remeasurements(file);
    ASSERT_FALSE(read.ok()) << line;
    EXPECT_THAT(read.error().message, HasSubstr("remeasured.jsonl:2: not a remeasurement"));
  }
  nlohmann::json other = to_json(of(0, {{kStatic, {1}}}));
  other["judges"][0]["judge"] = "static:none";
  EXPECT_THAT(remeasurement_from_json(other).error().message, HasSubstr("judge \"static:none\""));
}

TEST(Remeasurement, TheLastWithAllJudgesCounts) {
  const std::vector<Remeasurement> all{of(0, {{kStatic, {1}}, {kPretrained, {2}}}),
                                       of(0, {{kPretrained, {3}}, {kStatic, {4}}}), of(0, {{kStatic, {5}}})};
  EXPECT_EQ(find_remeasurement(all, key_of(0), std::vector{kStatic, kPretrained}), &all[1]);
  EXPECT_EQ(find_remeasurement(all, key_of(0), std::vector{kStatic}), &all[2]);
  EXPECT_EQ(find_remeasurement(all, key_of(1), std::vector{kStatic}), nullptr);
  EXPECT_EQ(find_remeasurement(all, key_of(0), std::vector{SearchJudge{"static", false, 128}}), nullptr);
}

TEST(Remeasurement, OthersDoNotCount) {
  const std::vector<Remeasurement> all{of(0, {{kStatic, {1}}})};
  const std::vector<SearchJudge> judges{kStatic};
  RemeasurementKey task = key_of(0);
  task.task_key = "fedcba9876543210";
  RemeasurementKey subgraph = key_of(0);
  subgraph.subgraph = "dense";
  RemeasurementKey hardware = key_of(0);
  hardware.hardware = "another machine";
  RemeasurementKey threads = key_of(0);
  threads.threads = 1;
  for (const RemeasurementKey& key : {task, subgraph, hardware, threads}) {
    EXPECT_EQ(find_remeasurement(all, key, judges), nullptr);
  }
}

}  // namespace
}  // namespace tilecast::tools
