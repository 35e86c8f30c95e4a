#include "evaluator/static_evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../codegen/test_kernels.h"
#include "base/statistics.h"
#include "codegen/codegen.h"
#include "evaluator/nest_features.h"
#include "space/space.h"

namespace tilecast {
namespace {

std::vector<Task> tasks() {
  return {
      testing::conv_task(14, 14, 16, 32, 3, 1),  testing::depthwise_task(14, 32, 1), testing::deconv_task(7, 8, 16),
      testing::dense_task(16, 64, 48),           testing::softmax_task(24, 64),      testing::layer_norm_task(12, 96),
      testing::matmul_task(3, 20, 16, 33, true), testing::pool_task(15, 32, true)};
}

class StaticEvaluatorTest : public ::testing::TestWithParam<Task> {
 protected:
  TaskContext context_ = *make_task_context(GetParam());
  Hardware hardware_ = probe_hardware();
  std::unique_ptr<Space> space_ = Space::create(context_, hardware_, 2);
  Random random_{17};
};

TEST_P(StaticEvaluatorTest, FeaturesOfEveryCandidateAreFinite) {
  NestAnalyzer analyzer;
  for (int i = 0; i < 100; ++i) {
    const auto state = replay(context_.initial, space_->sample(random_).trajectory);
    ASSERT_TRUE(state.ok());
    for (const StatementNest& nest : analyzer.analyze(*state)) {
      std::vector<float> row;
      append_features(nest, estimate_cost(nest, hardware_, 2), hardware_, row);
      ASSERT_EQ(row.size(), kFeatureCount);
      EXPECT_TRUE(std::all_of(row.begin(), row.end(), [](float x) { return std::isfinite(x); }));
    }
  }
}

// Evaluations of all iterations are at least what the algorithm asks for.
TEST_P(StaticEvaluatorTest, RedundancyIsAtLeastOne) {
  NestAnalyzer analyzer;
  for (int i = 0; i < 100; ++i) {
    const auto state = replay(context_.initial, space_->sample(random_).trajectory);
    ASSERT_TRUE(state.ok());
    for (const StatementNest& nest : analyzer.analyze(*state)) {
      EXPECT_GE(nest.iterations(), nest.domain_points * (1 - 1e-9));
    }
  }
}

TEST_P(StaticEvaluatorTest, IllegalIsMinusInfinityAndOthersFinite) {
  StaticEvaluator evaluator({hardware_, 2, {}}, 2);
  const std::vector<Trajectory> trajectories = {space_->default_candidate().trajectory, {Vectorize{"nobody", "x"}}};
  const auto scores = evaluator.score(context_, trajectories);
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_TRUE(std::isfinite(scores[0]));
  EXPECT_EQ(scores[1], -std::numeric_limits<double>::infinity());
}

// The true time is a multiple of a feature that the analytic model does not know: the length of the trajectory.
TEST_P(StaticEvaluatorTest, LearnsFromRecordsWithinATask) {
  std::vector<MeasureRecord> records;
  std::vector<Trajectory> unseen;
  std::vector<double> speeds;
  const auto seconds = [&](const Trajectory& trajectory) {
    const auto state = replay(context_.initial, trajectory);
    NestAnalyzer analyzer;
    double loops = 1;
    for (const StatementNest& nest : analyzer.analyze(*state)) loops += static_cast<double>(nest.loops.size());
    return 1e-4 * loops * loops;
  };
  for (int i = 0; i < 160; ++i) {
    MeasureRecord record;
    record.trajectory = space_->sample(random_).trajectory;
    record.latencies = {seconds(record.trajectory)};
    if (i < 120) {
      records.push_back(record);
    } else {
      unseen.push_back(record.trajectory);
      speeds.push_back(1 / record.seconds());
    }
  }
  StaticEvaluator evaluator({hardware_, 2, {}}, 2);
  evaluator.update(context_, records);
  const auto scores = evaluator.score(context_, unseen);
  // Of all pairs with different speeds, most are in the right order.
  int right = 0;
  int pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (speeds[i] == speeds[j]) continue;
      ++pairs;
      right += (speeds[i] > speeds[j]) == (scores[i] > scores[j]) ? 1 : 0;
    }
  }
  if (pairs > 20) {
    EXPECT_GT(right, 0.8 * pairs) << pairs << " pairs";
  }
}

// The same hidden cost in other tasks: what was learnt there ranks programs of a task that has no record.
TEST(StaticEvaluatorPretraining, CarriesOverToAnotherTask) {
  const Hardware hardware = probe_hardware();
  Random random(23);
  const auto seconds = [](const TaskContext& context, const Trajectory& trajectory) {
    NestAnalyzer analyzer;
    double loops = 1;
    for (const StatementNest& nest : analyzer.analyze(*replay(context.initial, trajectory))) {
      loops += static_cast<double>(nest.loops.size());
    }
    return 1e-4 * loops * loops;
  };
  const auto measured = [&](const Task& task, std::size_t count) {
    TaskRecords group{*make_task_context(task), {hardware, 2, {}}, {}};
    const auto space = Space::create(group.task, hardware, 2);
    for (std::size_t i = 0; i < count; ++i) {
      MeasureRecord record;
      record.trajectory = space->sample(random).trajectory;
      record.latencies = {seconds(group.task, record.trajectory)};
      group.records.push_back(record);
    }
    return group;
  };
  std::vector<TaskRecords> training;
  for (const std::int64_t size : {7, 10, 14, 20, 28}) {
    training.push_back(measured(testing::conv_task(size, size, 16, 32, 3, 1), 60));
  }
  const TaskRecords test = measured(testing::conv_task(16, 16, 24, 32, 3, 1), 80);
  std::vector<Trajectory> trajectories;
  std::vector<double> speeds;
  for (const MeasureRecord& record : test.records) {
    trajectories.push_back(record.trajectory);
    speeds.push_back(1 / record.seconds());
  }
  StaticEvaluator evaluator({hardware, 2, {}}, 2);
  const double cold = rank_correlation(evaluator.score(test.task, trajectories), speeds);
  EXPECT_FALSE(evaluator.is_pretrained());
  ASSERT_TRUE(evaluator.pretrain(training).ok());
  EXPECT_TRUE(evaluator.is_pretrained());
  EXPECT_TRUE(evaluator.fresh()->is_pretrained());
  const double pretrained = rank_correlation(evaluator.score(test.task, trajectories), speeds);
  EXPECT_GT(pretrained, 0.8) << "cold " << cold;
  EXPECT_GT(pretrained, cold);

  // Records of the task itself add to it; a fresh one has what was learnt before them.
  const std::vector<double> before = evaluator.score(test.task, trajectories);
  evaluator.update(test.task, test.records);
  EXPECT_NE(evaluator.score(test.task, trajectories), before);
  EXPECT_EQ(evaluator.fresh()->score(test.task, trajectories), before);
  EXPECT_GT(rank_correlation(evaluator.score(test.task, trajectories), speeds), pretrained - 0.05);
}

TEST(StaticEvaluatorPretraining, NeedsAProgramWithATime) {
  StaticEvaluator evaluator({probe_hardware(), 2, {}}, 2);
  TaskRecords failed{*make_task_context(testing::dense_task(16, 64, 48)), {probe_hardware(), 2, {}}, {MeasureRecord{}}};
  failed.records[0].error = MeasureErrorKind::kRunCrash;
  const Status status = evaluator.pretrain(std::vector{failed});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "no program with a time to learn from");
}

TEST_P(StaticEvaluatorTest, ThreadsDoNotChangeScores) {
  std::vector<Trajectory> trajectories;
  for (int i = 0; i < 200; ++i) trajectories.push_back(space_->sample(random_).trajectory);
  const StaticEvaluator one({hardware_, 2, {}}, 1);
  const StaticEvaluator three({hardware_, 2, {}}, 3);
  EXPECT_EQ(one.score(context_, trajectories), three.score(context_, trajectories));
}

INSTANTIATE_TEST_SUITE_P(Tasks, StaticEvaluatorTest, ::testing::ValuesIn(tasks()),
                         [](const auto& test) { return test.param.name + std::to_string(test.index); });

}  // namespace
}  // namespace tilecast
