// What judges of lists of actions have in common: action_evaluator.h and world_model_evaluator.h.
#include "evaluator/action_evaluator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../codegen/test_kernels.h"
#include "../worldmodel/test_models.h"
#include "base/random.h"
#include "base/statistics.h"
#include "codegen/codegen.h"
#include "evaluator/world_model_evaluator.h"
#include "space/space.h"

namespace tilecast {
namespace {

// A made-up machine on which only the unrolled loops cost.
double seconds_of(const Trajectory& trajectory) {
  double unrolled = 1;
  for (const Action& action : trajectory) unrolled += std::holds_alternative<Unroll>(action) ? 1 : 0;
  return 1e-5 * std::exp2(unrolled);
}

TaskRecords measured(const Task& task, std::size_t count, Random& random) {
  TaskRecords group{*make_task_context(task), probe_hardware(), 2, {}};
  const auto space = Space::create(group.task, group.hardware, 2);
  for (std::size_t i = 0; i < count; ++i) {
    MeasureRecord record;
    record.trajectory = space->sample(random).trajectory;
    record.latencies = {seconds_of(record.trajectory)};
    group.records.push_back(record);
  }
  return group;
}

double correlation(const Evaluator& evaluator, const TaskRecords& test) {
  std::vector<Trajectory> trajectories;
  std::vector<double> speeds;
  for (const MeasureRecord& record : test.records) {
    trajectories.push_back(record.trajectory);
    speeds.push_back(1 / record.seconds());
  }
  return rank_correlation(evaluator.score(test.task, trajectories), speeds);
}

// By name; world-model has random weights, so that its trees have to find their way through what they make of actions.
std::unique_ptr<Evaluator> make(const std::string& name, int threads) {
  if (name == "actions") return std::make_unique<ActionEvaluator>(probe_hardware(), 2, threads);
  const TensorFile file = testing::random_world_model_file(9);
  auto model = std::make_shared<const WorldModel>(WorldModel{*Encoder::from(file), *Transition::from(file)});
  const LatentSource source = name == "encoded" ? LatentSource::kEncoded : LatentSource::kForeseen;
  return std::make_unique<WorldModelEvaluator>(probe_hardware(), 2, threads, std::move(model), source);
}

class ActionJudges : public ::testing::TestWithParam<const char*> {};

TEST_P(ActionJudges, LearnWithinATask) {
  Random random(3);
  const TaskRecords train = measured(testing::conv_task(14, 14, 16, 32, 3, 1), 100, random);
  const TaskRecords test = measured(testing::conv_task(14, 14, 16, 32, 3, 1), 60, random);
  const std::unique_ptr<Evaluator> evaluator = make(GetParam(), 2);
  EXPECT_EQ(evaluator->name(), GetParam());
  EXPECT_EQ(correlation(*evaluator, test), 0) << "nothing is known yet";
  evaluator->update(train.task, train.records);
  EXPECT_GT(correlation(*evaluator, test), 0.8);
}

TEST_P(ActionJudges, CarryOverToAnotherTask) {
  Random random(4);
  std::vector<TaskRecords> training;
  for (const std::int64_t size : {8, 12, 16, 20}) {
    training.push_back(measured(testing::conv_task(size, size, 16, 32, 3, 1), 50, random));
  }
  const TaskRecords test = measured(testing::conv_task(14, 14, 24, 48, 3, 1), 60, random);
  const std::unique_ptr<Evaluator> evaluator = make(GetParam(), 2);
  EXPECT_EQ(evaluator->name(), GetParam());
  ASSERT_TRUE(evaluator->pretrain(training).ok());
  const double pretrained = correlation(*evaluator, test);
  EXPECT_GT(pretrained, 0.8);
  evaluator->update(test.task, test.records);
  EXPECT_EQ(correlation(*evaluator->fresh(), test), pretrained) << "updates are not handed on";
}

TEST_P(ActionJudges, NeedAProgramWithATime) {
  const std::unique_ptr<Evaluator> evaluator = make(GetParam(), 2);
  EXPECT_EQ(evaluator->name(), GetParam());
  const Status status = evaluator->pretrain({});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "no program with a time to learn from");
}

TEST_P(ActionJudges, ThreadsDoNotChangeScores) {
  Random random(5);
  const TaskRecords group = measured(testing::dense_task(16, 64, 48), 150, random);
  const std::unique_ptr<Evaluator> one = make(GetParam(), 1);
  const std::unique_ptr<Evaluator> three = make(GetParam(), 3);
  one->update(group.task, group.records);
  three->update(group.task, group.records);
  std::vector<Trajectory> trajectories;
  for (const MeasureRecord& record : group.records) trajectories.push_back(record.trajectory);
  EXPECT_EQ(one->score(group.task, trajectories), three->score(group.task, trajectories));
}

INSTANTIATE_TEST_SUITE_P(Evaluators, ActionJudges, ::testing::Values("actions", "encoded", "world-model"),
                         [](const auto& name) { return name.index == 2 ? std::string("world_model") : name.param; });

}  // namespace
}  // namespace tilecast
