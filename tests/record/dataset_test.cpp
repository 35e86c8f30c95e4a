#include "record/dataset.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "record/dataset_summary.h"
#include "sample_dataset.h"

namespace tilecast {
namespace {

using testing::relu_task;
using testing::sample_dataset;
using testing::sample_state;

TEST(DatasetSplit, NamesComeBack) {
  for (const auto split : {DatasetSplit::kTrain, DatasetSplit::kValidation, DatasetSplit::kHeldOut}) {
    EXPECT_EQ(split_from_name(split_name(split)), split);
  }
  EXPECT_EQ(split_from_name("test"), std::nullopt);
}

TEST(DatasetSplit, IsByNetworkThenByKey) {
  // Fixed for ever: a task must not move from one side to the other with a new version.
  std::vector<std::uint64_t> first;
  for (std::uint64_t i = 0; i < 50; ++i) {
    if (split_of(hash_to_hex(i), false) == DatasetSplit::kValidation) first.push_back(i);
  }
  EXPECT_EQ(first, (std::vector<std::uint64_t>{23, 36}));
  int validation = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::string key = hash_to_hex(i);
    EXPECT_EQ(split_of(key, true), DatasetSplit::kHeldOut);
    validation += split_of(key, false) == DatasetSplit::kValidation ? 1 : 0;
  }
  EXPECT_NEAR(validation, 500, 80);
}

TEST(Dataset, MergingTakesTheStricterSplitAndAllUses) {
  Dataset a = sample_dataset();
  Dataset b = sample_dataset();
  const std::string key = relu_task(64).key;
  b.tasks[key].split = DatasetSplit::kHeldOut;
  b.tasks[key].uses.push_back({"vgg16", "vision", "vgg16_224", 1});
  b.machine_states = {sample_state(1.75e9)};
  Dataset other_way = b;
  merge(a, b);
  merge(other_way, sample_dataset());
  for (const Dataset* merged : {&a, &other_way}) {
    EXPECT_EQ(merged->tasks.at(key).split, DatasetSplit::kHeldOut);
    EXPECT_EQ(merged->tasks.at(key).uses.size(), 2U);
    EXPECT_EQ(merged->tasks.size(), 2U);
    EXPECT_EQ(merged->records.size(), 6U);
    ASSERT_EQ(merged->machine_states.size(), 3U);
    EXPECT_EQ(merged->machine_states[1], sample_state(1.75e9));
  }
}

TEST(Dataset, ARecordHasTheStateMeasuredBeforeIt) {
  Dataset dataset = sample_dataset();
  MeasureRecord record = dataset.records.front();
  const auto state_at = [&](double timestamp) {
    record.timestamp = timestamp;
    const MachineState* state = machine_state_of(dataset, record);
    return state == nullptr ? -1.0 : state->timestamp;
  };
  EXPECT_EQ(state_at(1.75e9), 1.75e9 - 60);
  EXPECT_EQ(state_at(1.75e9 + 61), 1.75e9 + 60);
  EXPECT_EQ(state_at(1.75e9 - 61), 1.75e9 - 60) << "the first one after it where there is none before";
  record.threads = 1;
  EXPECT_EQ(state_at(1.75e9), -1) << "with another number of threads";
  record.threads = 2;
  record.hardware = "other";
  EXPECT_EQ(state_at(1.75e9), -1) << "of another machine";
}

TEST(DatasetSummary, Counts) {
  const DatasetSummary summary = summarize(sample_dataset());
  EXPECT_EQ(summary.all.tasks, 2U);
  EXPECT_EQ(summary.all.networks, 2U);
  EXPECT_EQ(summary.all.measured_tasks, 2U);
  EXPECT_EQ(summary.all.records, 3U);
  EXPECT_EQ(summary.all.errors, 1U);
  EXPECT_EQ(summary.all.good, 2U);
  EXPECT_EQ(summary.by_split.at("train").records, 2U);
  EXPECT_EQ(summary.by_split.at("validation").tasks, 0U);
  EXPECT_EQ(summary.by_split.at("held-out").networks, 2U);
  EXPECT_EQ(summary.by_kind.at("vision").tasks, 2U);
  EXPECT_EQ(summary.by_kind.at("generative").tasks, 1U);
  EXPECT_EQ(summary.by_origin.at("mutation"), 2U);
  EXPECT_EQ(summary.by_error.at("run_timeout"), 1U);
  EXPECT_EQ(to_json(summary).at("by_kind").at("generative").at("records"), 1);
}

TEST(DatasetSummary, SlowProgramsAreNotGood) {
  Dataset dataset = sample_dataset();
  MeasureRecord slow = dataset.records.front();
  for (double& seconds : slow.latencies) seconds *= 1.3;
  dataset.records.push_back(slow);
  EXPECT_EQ(summarize(dataset).all.good, 2U);
}

}  // namespace
}  // namespace tilecast
