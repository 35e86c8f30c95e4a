#include "tuner/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../codegen/test_kernels.h"
#include "base/temp_directory.h"
#include "fake_measurer.h"
#include "record/record_log.h"

namespace tilecast {
namespace {

using testing::FakeMeasurer;
using ::testing::HasSubstr;

// Hands every call to one FakeMeasurer, which outlives the runs; tasks named "broken" cannot be measured.
class ForwardingMeasurer final : public Measurer {
 public:
  explicit ForwardingMeasurer(FakeMeasurer& to) : to_(to) {}
  Status measure(const TaskContext& task, std::span<const Trajectory> trajectories, double best,
                 const MeasureCallback& done) override {
    if (task.task.name == "broken") return Error{"task broken: its reference program cannot be run"};
    return to_.measure(task, trajectories, best, done);
  }

 private:
  FakeMeasurer& to_;
};

std::vector<Task> three_tasks() {
  return {testing::conv_task(14, 14, 16, 32, 3, 1), testing::conv_task(7, 7, 32, 32, 1, 1),
          testing::dense_task(32, 64, 64)};
}

class CollectorTest : public ::testing::Test {
 protected:
  Result<CollectProgress> run(const std::vector<Task>& tasks, CollectOptions options,
                              const std::function<bool()>& cancelled = {}) {
    options.directory = directory_.path() / "collected";
    const CollectHooks hooks{.make_measurer = [&]() -> Result<std::unique_ptr<Measurer>> {
                               return std::unique_ptr<Measurer>(std::make_unique<ForwardingMeasurer>(measurer_));
                             },
                             .measure_machine =
                                 [&] {
                                   return MachineState{.hardware = hardware_.fingerprint,
                                                       .threads = options.threads,
                                                       .timestamp = 1.0 + probes_++};
                                 },
                             .on_progress = [&](const CollectProgress& progress) { last_ = progress; },
                             .cancelled = cancelled};
    return collect(tasks, options, hardware_, hooks);
  }
  std::vector<MeasureRecord> records_in(const Task& task) const {
    const auto set = read_record_log(directory_.path() / "collected" / (task.key + ".jsonl"));
    return set.ok() ? set->records : std::vector<MeasureRecord>{};
  }

  TempDirectory directory_ = *TempDirectory::create("collector_test");
  Hardware hardware_ = probe_hardware();
  FakeMeasurer measurer_;
  CollectProgress last_;
  int probes_ = 0;
};

TEST_F(CollectorTest, AllTasksGetAsManyHalfOfThemRandom) {
  const auto result = run(three_tasks(), {.programs = 120});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->programs, 120);
  EXPECT_EQ(result->measured, 120);
  EXPECT_EQ(result->tasks_begun, 3U);
  EXPECT_GT(result->errors, 0) << "the measurer makes some fail";
  EXPECT_EQ(last_.programs, 120);
  for (const Task& task : three_tasks()) {
    const auto records = records_in(task);
    EXPECT_EQ(records.size(), 40U) << task.name;
    const auto is_random = [](const MeasureRecord& record) { return record.origin == "random"; };
    // The search itself falls back on samples where it knows no better.
    EXPECT_NEAR(static_cast<double>(std::count_if(records.begin(), records.end(), is_random)), 20, 2) << task.name;
    EXPECT_EQ(std::count_if(records.begin(), records.end(), [](const auto& r) { return r.origin == "default"; }), 1);
  }
}

TEST_F(CollectorTest, WhatIsKnownFromElsewhereCounts) {
  const std::vector<Task> tasks = three_tasks();
  const auto result = run(tasks, {.programs = 60, .known = {{tasks[0].key, 40}, {tasks[1].key, 20}}});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(records_in(tasks[0]).size(), 0U) << "it has forty already";
  EXPECT_EQ(records_in(tasks[1]).size(), 20U);
  EXPECT_EQ(records_in(tasks[2]).size(), 40U);
}

// FakeMeasurer itself complains about a program that comes twice.
TEST_F(CollectorTest, ResumesWhereverItWasStopped) {
  for (int sitting = 1; sitting <= 4; ++sitting) {
    const std::size_t enough = measurer_.measured.size() + 13;
    const auto result = run(three_tasks(), {.programs = 1000}, [&] { return measurer_.measured.size() >= enough; });
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_TRUE(result->interrupted);
    EXPECT_EQ(result->programs, static_cast<std::int64_t>(measurer_.measured.size()));
    EXPECT_EQ(probes_, sitting) << "the machine is measured at the start of each";
  }
  const auto enough = static_cast<std::int64_t>(measurer_.measured.size()) + 15;
  const auto last = run(three_tasks(), {.programs = enough});
  ASSERT_TRUE(last.ok());
  EXPECT_FALSE(last->interrupted);
  EXPECT_EQ(last->programs, enough);
  EXPECT_EQ(measurer_.measured.size(), static_cast<std::size_t>(enough));
  const auto again = run(three_tasks(), {.programs = enough});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->measured, 0);
}

TEST_F(CollectorTest, TheMachineIsMeasuredAgainAndAgain) {
  ASSERT_TRUE(run(three_tasks(), {.programs = 60, .probe_seconds = 1e-9}).ok());
  const auto set = read_record_log(directory_.path() / "collected" / "machine.jsonl");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->machine_states.size(), 3U) << "before each visit to a task";
  EXPECT_EQ(set->hardware.count(hardware_.fingerprint), 1U);
}

TEST_F(CollectorTest, ATaskThatCannotBeMeasuredIsLeft) {
  std::vector<Task> tasks = three_tasks();
  tasks[1].name = "broken";
  const auto result = run(tasks, {.programs = 45});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->programs, 45);
  EXPECT_THAT(result->failures, ::testing::ElementsAre("task broken: its reference program cannot be run"));
  EXPECT_EQ(records_in(tasks[0]).size() + records_in(tasks[2]).size(), 45U);
}

TEST_F(CollectorTest, ASmallSpaceIsExhausted) {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {2}}}};
  graph.nodes = {{"relu", "relu", {0}, {}, {DataType::kFloat32, {2}}}};
  graph.outputs = {1};
  const auto result = run({make_task("tiny", graph)}, {.programs = 5000});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_LT(result->programs, 5000);
  EXPECT_GT(result->programs, 0);
  EXPECT_TRUE(result->failures.empty());
}

TEST_F(CollectorTest, ErrorsNameTheDirectory) {
  std::vector<Task> broken(6, three_tasks()[0]);
  for (std::size_t i = 0; i < broken.size(); ++i) {
    broken[i] = testing::dense_task(32, 64, 64 + static_cast<std::int64_t>(i));
    broken[i].name = "broken";
  }
  const auto result = run(broken, {.programs = 40});
  ASSERT_FALSE(result.ok()) << "that many are no fault of the tasks";
  EXPECT_THAT(result.error().message, HasSubstr("its reference program"));
  CollectOptions options{.directory = "/dev/null/there", .programs = 1};
  const auto unwritable = collect(three_tasks(), options, hardware_, {});
  ASSERT_FALSE(unwritable.ok());
  EXPECT_THAT(unwritable.error().message, HasSubstr("cannot make /dev/null/there: "));
}

}  // namespace
}  // namespace tilecast
