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
                         [&](const std::string& key) { return key == task_.key ? &task_ : nullptr; });
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

}  // namespace
}  // namespace tilecast::tools
