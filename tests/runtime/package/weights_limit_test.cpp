#include "runtime/package/weights_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "base/random.h"
#include "codegen/codegen.h"
#include "space/space.h"
#include "test_package.h"

namespace tilecast {
namespace {

using Records = std::map<std::string, std::vector<MeasureRecord>>;

std::int64_t bytes_of(const ImportedModel& model, std::span<const KernelSchedule> schedules) {
  const auto bytes = weights_bytes(model, schedules);
  EXPECT_TRUE(bytes.ok()) << bytes.error().message;
  return bytes.ok() ? *bytes : 0;
}

// Of a run.
double seconds_of(const ImportedModel& model, std::span<const KernelSchedule> schedules) {
  double total = 0;
  for (std::size_t t = 0; t < schedules.size(); ++t) {
    total += schedules[t].seconds.value_or(0) * model.partition.tasks[t].weight;
  }
  return total;
}

// Random programs of every task with random times.
class ChooseSchedulesWithin : public ::testing::Test {
 protected:
  ChooseSchedulesWithin() {
    std::cout << "seed " << kSeed << '\n';
    Random random(kSeed);
    for (const WeightedTask& weighted : model_.partition.tasks) {
      const TaskContext context = *make_task_context(weighted.task);
      const auto space = Space::create(context, hardware_, 2);
      for (int i = 0; i < 40; ++i) {
        MeasureRecord record;
        record.task_key = weighted.task.key;
        record.trajectory = space->sample(random).trajectory;
        record.latencies = {1e-5 * (1 + random.uniform())};
        records_[weighted.task.key].push_back(record);
      }
    }
  }
  Result<std::vector<KernelSchedule>> choose(std::int64_t limit) const {
    return choose_schedules_within(limit, model_, records_, hardware_, 2);
  }
  // The smallest of the task's records, in place of the task's schedule.
  std::int64_t least_bytes(std::vector<KernelSchedule> schedules) const {
    for (std::size_t t = 0; t < schedules.size(); ++t) {
      std::vector<KernelSchedule> with = schedules;
      for (const MeasureRecord& record : records_.at(model_.partition.tasks[t].task.key)) {
        with[t].trajectory = record.trajectory;
        if (bytes_of(model_, with) < bytes_of(model_, schedules)) schedules = with;
      }
    }
    return bytes_of(model_, schedules);
  }

  static constexpr std::uint64_t kSeed = 3;
  Hardware hardware_ = probe_hardware();
  ImportedModel model_ = testing::small_network();
  Records records_;
};

TEST_F(ChooseSchedulesWithin, TakesTheFastestWhereThereIsRoom) {
  const auto chosen = choose(1 << 30);
  ASSERT_TRUE(chosen.ok()) << chosen.error().message;
  for (std::size_t t = 0; t < chosen->size(); ++t) {
    for (const MeasureRecord& record : records_.at(model_.partition.tasks[t].task.key)) {
      EXPECT_LE((*chosen)[t].seconds, record.seconds());
    }
  }
}

TEST_F(ChooseSchedulesWithin, GivesWayAsFarAsItMust) {
  const auto fastest = choose(1 << 30);
  ASSERT_TRUE(fastest.ok()) << fastest.error().message;
  const std::int64_t most = bytes_of(model_, *fastest);
  const std::int64_t least = least_bytes(*fastest);
  ASSERT_LT(least, most) << "algorithms differ in their weights";
  double slower = seconds_of(model_, *fastest);
  for (int part = 7; part >= 0; --part) {
    const std::int64_t limit = least + (most - least) * part / 8;
    const auto chosen = choose(limit);
    ASSERT_TRUE(chosen.ok()) << chosen.error().message;
    EXPECT_LE(bytes_of(model_, *chosen), limit);
    EXPECT_GE(seconds_of(model_, *chosen), seconds_of(model_, *fastest));
    // No task alone could be faster.
    for (std::size_t t = 0; t < chosen->size(); ++t) {
      std::vector<KernelSchedule> other = *chosen;
      for (const MeasureRecord& record : records_.at(model_.partition.tasks[t].task.key)) {
        if (record.seconds() >= (*chosen)[t].seconds) continue;
        other[t].trajectory = record.trajectory;
        EXPECT_GT(bytes_of(model_, other), limit) << model_.partition.tasks[t].task.name << ", part " << part;
      }
    }
    slower = seconds_of(model_, *chosen);
  }
  EXPECT_GT(slower, seconds_of(model_, *fastest));
}

TEST_F(ChooseSchedulesWithin, SaysHowMuchTheSmallestTake) {
  const auto chosen = choose(100);
  ASSERT_FALSE(chosen.ok());
  EXPECT_THAT(
      chosen.error().message,
      ::testing::MatchesRegex("the weights take 0.[0-9]+ MB with the smallest programs that are recorded, more than "
                              "the 0.0001 MB allowed: allow more, or tune with more trials"));
}

TEST_F(ChooseSchedulesWithin, TasksWithoutRecordsKeepTheDefault) {
  records_.erase(model_.partition.tasks.front().task.key);
  const auto chosen = choose(1 << 30);
  ASSERT_TRUE(chosen.ok()) << chosen.error().message;
  const auto defaults = choose_schedules(model_.partition, {}, hardware_, 2);
  EXPECT_EQ(chosen->front().seconds, std::nullopt);
  EXPECT_EQ(chosen->front().trajectory, defaults->front().trajectory);
}

// What is counted is what stands in the file, apart from what its tensors share.
TEST_F(ChooseSchedulesWithin, CountsWhatIsWritten) {
  const auto directory = TempDirectory::create("weights_limit_test");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  const Status compiled = testing::compile_package(model_, directory->path() / "model");
  ASSERT_TRUE(compiled.ok()) << compiled.error().message;
  const auto defaults = choose_schedules(model_.partition, {}, hardware_, 2);
  ASSERT_TRUE(defaults.ok()) << defaults.error().message;
  EXPECT_EQ(bytes_of(model_, *defaults),
            static_cast<std::int64_t>(std::filesystem::file_size(directory->path() / "model" / "weights.bin")));
}

}  // namespace
}  // namespace tilecast
