#include "runtime/package/weights_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "base/random.h"
#include "codegen/codegen.h"
#include "frontend/suite.h"
#include "runtime/package/task_model.h"
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
      ::testing::MatchesRegex("the weights take 0.[0-9]+ MB with the smallest programs that are known, more than "
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

// Two convolutions whose default is Winograd's algorithm; no records.
class AlgorithmsWithin : public ::testing::Test {
 protected:
  AlgorithmsWithin()
      : model_(model_of_tasks(*read_suite(TILECAST_SOURCE_DIR "/data/subgraphs.json", {"r50_c3_28", "r50_c3_14"}), 0)),
        defaults_(*choose_schedules(model_.partition, {}, hardware_, 2)) {}

  Hardware hardware_ = probe_hardware();
  ImportedModel model_;
  std::vector<KernelSchedule> defaults_;
};

TEST_F(AlgorithmsWithin, DefaultsOfOtherAlgorithmsGiveWay) {
  const auto free = choose_schedules_within(1 << 30, model_, {}, hardware_, 2);
  ASSERT_TRUE(free.ok()) << free.error().message;
  for (std::size_t t = 0; t < free->size(); ++t) EXPECT_EQ((*free)[t].trajectory, defaults_[t].trajectory);
  for (std::int64_t limit = bytes_of(model_, defaults_) - 1;;) {
    const auto limited = choose_schedules_within(limit, model_, {}, hardware_, 2);
    if (!limited.ok()) break;
    EXPECT_LE(bytes_of(model_, *limited), limit);
    limit = bytes_of(model_, *limited) - 1;
  }
}

TEST_F(AlgorithmsWithin, LeadToProgramsThatFit) {
  const auto all = algorithms_within(1 << 30, model_, hardware_, 2);
  ASSERT_TRUE(all.ok()) << all.error().message;
  const std::int64_t limit = bytes_of(model_, defaults_) - 1;
  const auto within = algorithms_within(limit, model_, hardware_, 2);
  ASSERT_TRUE(within.ok()) << within.error().message;
  std::size_t left_out = 0;
  Random random(3);
  std::vector<KernelSchedule> drawn;
  for (const WeightedTask& weighted : model_.partition.tasks) {
    const std::vector<Name>& allowed = within->at(weighted.task.key);
    ASSERT_FALSE(allowed.empty());
    left_out += all->at(weighted.task.key).size() - allowed.size();
    const TaskContext context = *make_task_context(weighted.task);
    const auto space = Space::create(context, hardware_, 2, allowed);
    drawn.push_back({space->default_candidate().trajectory, {}});
    for (int i = 0; i < 20; ++i) {
      const auto state = replay(context.initial, space->sample(random).trajectory);
      ASSERT_TRUE(state.ok()) << state.error().reason;
      EXPECT_NE(std::find(allowed.begin(), allowed.end(), state->algorithm()), allowed.end());
    }
  }
  EXPECT_GT(left_out, 0U);
  EXPECT_LE(bytes_of(model_, drawn), limit);
}

TEST_F(AlgorithmsWithin, SaysHowMuchTheSmallestTake) {
  const auto within = algorithms_within(100, model_, hardware_, 2);
  ASSERT_FALSE(within.ok());
  EXPECT_THAT(within.error().message,
              ::testing::HasSubstr("smallest programs that are known, more than the 0.0001 MB"));
}

}  // namespace
}  // namespace tilecast
