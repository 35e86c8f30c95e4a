#include "tools/task_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../codegen/test_kernels.h"

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;

MeasureRecord record_of(const Task& task, const std::string& machine, int threads, double seconds) {
  MeasureRecord record;
  record.task_key = task.key;
  record.hardware = machine;
  record.threads = threads;
  record.latencies = {seconds};
  return record;
}

Hardware machine(const std::string& fingerprint) {
  Hardware hardware;
  hardware.fingerprint = fingerprint;
  return hardware;
}

std::vector<double> seconds_of(const TaskRecords& group) {
  std::vector<double> seconds;
  for (const MeasureRecord& record : group.records) seconds.push_back(record.seconds());
  return seconds;
}

class GroupRecords : public ::testing::Test {
 protected:
  Result<std::vector<TaskRecords>> group(const std::vector<MeasureRecord>& records) const {
    return group_records(records, hardware_, states_,
                         [&](const MeasureRecord& record) { return record.task_key == task_.key ? &task_ : nullptr; });
  }
  Task task_ = testing::dense_task(16, 64, 48);
  std::map<std::string, Hardware> hardware_ = {{"a", machine("a")}, {"b", machine("b")}};
  std::vector<MachineState> states_;
};

TEST_F(GroupRecords, ByMachineAndThreads) {
  MeasureRecord failed = record_of(task_, "a", 2, 1);
  failed.latencies.clear();
  failed.error = MeasureErrorKind::kRunError;
  MeasureRecord unwanted = record_of(task_, "a", 2, 1);
  unwanted.task_key = "another";
  const auto groups = group({record_of(task_, "a", 2, 3), record_of(task_, "b", 2, 4), record_of(task_, "a", 1, 5),
                             record_of(task_, "a", 2, 2), failed, unwanted, record_of(task_, "unknown", 2, 1)});
  ASSERT_TRUE(groups.ok()) << groups.error().message;
  ASSERT_EQ(groups->size(), 3U);
  EXPECT_EQ((*groups)[0].machine.threads, 1);
  EXPECT_EQ((*groups)[1].machine.threads, 2);
  EXPECT_THAT(seconds_of((*groups)[1]), ElementsAre(3, 2));
  EXPECT_EQ((*groups)[2].machine.hardware, machine("b"));
  EXPECT_THAT(seconds_of((*groups)[2]), ElementsAre(4));
  EXPECT_EQ(count_programs(*groups), 4U);
}

TEST_F(GroupRecords, AMachinesPeaksAreTheLargestWithAsManyThreads) {
  const auto state = [](const std::string& machine, int threads, double peak, double bandwidth) {
    return MachineState{.hardware = machine, .threads = threads, .peak_gflops = peak, .bandwidth_gbs = bandwidth};
  };
  states_ = {state("a", 2, 100, 30), state("a", 2, 90, 40), state("a", 1, 500, 500), state("b", 2, 500, 500)};
  const auto groups = group({record_of(task_, "a", 2, 3)});
  ASSERT_TRUE(groups.ok()) << groups.error().message;
  EXPECT_EQ(groups->front().machine.peaks.gflops, 100);
  EXPECT_EQ(groups->front().machine.peaks.bandwidth_gbs, 40);
}

TEST_F(GroupRecords, WithoutAStateAMachinesPeaksAreUnknown) {
  const auto groups = group({record_of(task_, "a", 2, 3)});
  ASSERT_TRUE(groups.ok()) << groups.error().message;
  EXPECT_EQ(groups->front().machine.peaks.gflops, 0);
  EXPECT_EQ(groups->front().machine.peaks.bandwidth_gbs, 0);
}

// Of a dataset with two tasks, each of them measured once undisturbed and once not.
Dataset half_disturbed(const Task& learnt, const Task& ranked) {
  Dataset dataset;
  dataset.hardware = {{"a", machine("a")}};
  dataset.tasks[learnt.key] = {learnt, {}, DatasetSplit::kTrain};
  dataset.tasks[ranked.key] = {ranked, {}, DatasetSplit::kHeldOut};
  for (const Task* task : {&learnt, &ranked}) {
    for (const double seconds : {1.0, 2.0}) dataset.records.push_back(record_of(*task, "a", 2, seconds));
    dataset.records.back().disturbed = true;
  }
  return dataset;
}

TEST(RecordsOfSplit, DisturbedProgramsAreLearntFromAndNotRanked) {
  const Dataset dataset = half_disturbed(testing::dense_task(16, 64, 48), testing::dense_task(32, 64, 48));
  const auto learnt = records_of_split(dataset, DatasetSplit::kTrain);
  ASSERT_TRUE(learnt.ok()) << learnt.error().message;
  ASSERT_EQ(learnt->size(), 1U);
  EXPECT_THAT(seconds_of(learnt->front()), ElementsAre(1, 2));
  const auto ranked = records_of_split(dataset, DatasetSplit::kHeldOut);
  ASSERT_TRUE(ranked.ok()) << ranked.error().message;
  ASSERT_EQ(ranked->size(), 1U);
  EXPECT_THAT(seconds_of(ranked->front()), ElementsAre(1));
}

TEST(RecordsOfSplit, ThatOnlyDisturbedProgramsAreThereIsSaid) {
  Dataset dataset = half_disturbed(testing::dense_task(16, 64, 48), testing::dense_task(32, 64, 48));
  for (MeasureRecord& record : dataset.records) record.disturbed = true;
  EXPECT_TRUE(some_records_of_split(dataset, DatasetSplit::kTrain, "logs.xz").ok());
  const auto ranked = some_records_of_split(dataset, DatasetSplit::kHeldOut, "logs.xz");
  ASSERT_FALSE(ranked.ok());
  EXPECT_EQ(
      ranked.error().message,
      "logs.xz has no measured programs of the split held-out that can be ranked: 2 were disturbed while they were "
      "measured");
}

}  // namespace
}  // namespace tilecast::tools
