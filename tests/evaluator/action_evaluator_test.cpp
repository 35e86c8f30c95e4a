// What judges of lists of actions have in common: action_evaluator.h and world_model_evaluator.h.
#include "evaluator/action_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "../codegen/test_kernels.h"
#include "../worldmodel/test_models.h"
#include "base/random.h"
#include "base/statistics.h"
#include "codegen/codegen.h"
#include "evaluator/static_evaluator.h"
#include "evaluator/world_model_evaluator.h"
#include "space/space.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

// A made-up machine on which only the unrolled loops cost.
double seconds_of(const Trajectory& trajectory) {
  double unrolled = 1;
  for (const Action& action : trajectory) unrolled += std::holds_alternative<Unroll>(action) ? 1 : 0;
  return 1e-5 * std::exp2(unrolled);
}

TaskRecords measured(const Task& task, std::size_t count, Random& random) {
  TaskRecords group{*make_task_context(task), {probe_hardware(), 2, {}}, {}};
  const auto space = Space::create(group.task, group.machine.hardware, 2);
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
std::unique_ptr<TreeEvaluator> make_trees(const std::string& name, int threads = 2) {
  if (name == "actions") return std::make_unique<ActionEvaluator>(Machine{probe_hardware(), 2, {}}, threads);
  const TensorFile file = testing::random_world_model_file(9);
  const Transition transition = *Transition::from(file);
  auto model = std::make_shared<const WorldModel>(
      WorldModel{*Encoder::from(file), transition, *ValueHead::from(file, transition.latent_width())});
  return std::make_unique<WorldModelEvaluator>(Machine{probe_hardware(), 2, {}}, threads, std::move(model),
                                               *ranker_from_name(name));
}
std::unique_ptr<Evaluator> make(const std::string& name, int threads) {
  return make_trees(name, threads);
}

class ActionJudges : public ::testing::TestWithParam<const char*> {};

TEST_P(ActionJudges, LearnWithinATask) {
  Random random(3);
  const TaskRecords train = measured(testing::conv_task(14, 14, 16, 32, 3, 1), 100, random);
  const TaskRecords test = measured(testing::conv_task(14, 14, 16, 32, 3, 1), 60, random);
  const std::unique_ptr<Evaluator> evaluator = make(GetParam(), 2);
  EXPECT_EQ(evaluator->name(), GetParam());
  if (GetParam() != std::string("world-model")) {
    EXPECT_EQ(correlation(*evaluator, test), 0) << "nothing is known yet, but for what the head makes of latents";
  }
  evaluator->update(train.task, train.records);
  EXPECT_GT(correlation(*evaluator, test), 0.8);
}

TEST_P(ActionJudges, CarryOverToAnotherTask) {
  Random random(4);
  std::vector<TaskRecords> training;
  for (const std::int64_t size : {8, 12, 16, 20}) {
    training.push_back(measured(testing::conv_task(size, size, 16, 32, 3, 1), 80, random));
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

std::vector<double> scores(const Evaluator& evaluator, const TaskRecords& group) {
  std::vector<Trajectory> trajectories;
  for (const MeasureRecord& record : group.records) trajectories.push_back(record.trajectory);
  return evaluator.score(group.task, trajectories);
}

TEST_P(ActionJudges, KnowFromAFileWhatWasWrittenToIt) {
  Random random(6);
  const std::vector<TaskRecords> training = {measured(testing::conv_task(8, 8, 16, 32, 3, 1), 50, random),
                                             measured(testing::dense_task(16, 64, 48), 50, random)};
  const TaskRecords test = measured(testing::conv_task(14, 14, 24, 48, 3, 1), 60, random);
  const auto evaluator = make_trees(GetParam());
  TensorFile file;
  EXPECT_EQ(evaluator->write_pretrained(file).error().message, "there are no trees to write before pretraining");
  ASSERT_TRUE(evaluator->pretrain(training).ok());
  ASSERT_TRUE(evaluator->write_pretrained(file).ok());
  const auto other = make_trees(GetParam());
  // The head of world-model has learnt from times, whatever its trees have.
  EXPECT_EQ(other->is_pretrained(), GetParam() == std::string("world-model"));
  const Status read = other->read_pretrained(file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(other->is_pretrained());
  const std::vector<double> expected = scores(*evaluator, test);
  EXPECT_NE(expected, scores(*make_trees(GetParam()), test)) << "something was learnt";
  EXPECT_EQ(scores(*other, test), expected);
  EXPECT_EQ(scores(*other->fresh(), test), expected);
  evaluator->update(test.task, test.records);
  other->update(test.task, test.records);
  EXPECT_EQ(scores(*other, test), scores(*evaluator, test)) << "updates add to what was read";
  EXPECT_EQ(scores(*other->fresh(), test), expected) << "updates are not handed on";

  const auto anew = make_trees(GetParam());
  ASSERT_TRUE(anew->read_pretrained(file).ok());
  const std::vector<TaskRecords> less = {training.front()};
  ASSERT_TRUE(anew->pretrain(less).ok());
  const auto expected_anew = make_trees(GetParam());
  ASSERT_TRUE(expected_anew->pretrain(less).ok());
  EXPECT_EQ(scores(*anew, test), scores(*expected_anew, test)) << "pretraining replaces what was read";
}

TEST_P(ActionJudges, RefuseTreesThatAreNotTheirs) {
  Random random(7);
  const std::vector<TaskRecords> training = {measured(testing::dense_task(16, 64, 48), 30, random)};
  const auto evaluator = make_trees(GetParam());
  TensorFile file;
  EXPECT_EQ(evaluator->read_pretrained(file).error().message, "there are no trees");
  ASSERT_TRUE(evaluator->pretrain(training).ok());
  ASSERT_TRUE(evaluator->write_pretrained(file).ok());
  const std::vector<double> expected = scores(*evaluator, training.front());
  const auto message = [&](const TensorFile& changed) {
    const Status status = evaluator->read_pretrained(changed);
    return status.ok() ? "" : status.error().message;
  };
  TensorFile changed = file;
  changed.bytes["trees"][changed.bytes["trees"].size() / 2] ^= 1;
  EXPECT_THAT(message(changed), HasSubstr("the trees are damaged: "));
  changed = file;
  changed.metadata["trees_slope"] = "1x";
  EXPECT_EQ(message(changed), "trees_slope is \"1x\", which is no number");
  changed.metadata.erase("trees_slope");
  EXPECT_EQ(message(changed), "there is no trees_slope beside the trees");
  StaticEvaluator judge({probe_hardware(), 2, {}}, 2);
  ASSERT_TRUE(judge.pretrain(training).ok());
  TensorFile foreign;
  ASSERT_TRUE(judge.write_pretrained(foreign).ok());
  EXPECT_THAT(message(foreign),
              HasSubstr("its trees are for rows of 121 features, this program's " + std::string(GetParam()) + " has "));
  EXPECT_EQ(scores(*evaluator, training.front()), expected) << "what was known is still there";
}

// Optimism favours what it did not measure, and nothing before it measured anything.
TEST(WorldModelEvaluator, IsSurerOfWhatItMeasured) {
  Random random(12);
  const TaskRecords training = measured(testing::conv_task(8, 8, 16, 32, 3, 1), 50, random);
  const TaskRecords known = measured(testing::dense_task(16, 64, 48), 40, random);
  const TaskRecords others = measured(testing::dense_task(16, 64, 48), 40, random);
  const auto judge = make_trees("world-model");
  const auto in_favour = [&](const TaskRecords& group) {
    std::vector<Trajectory> trajectories;
    for (const MeasureRecord& record : group.records) trajectories.push_back(record.trajectory);
    std::vector<double> favour = judge->optimistic_scores(group.task, trajectories, 2);
    const std::vector<double> plain = judge->score(group.task, trajectories);
    for (std::size_t i = 0; i < favour.size(); ++i) favour[i] -= plain[i];
    return favour;
  };
  judge->update(known.task, known.records);
  EXPECT_THAT(in_favour(others), ::testing::Each(0)) << "without pretraining it cannot tell";
  ASSERT_TRUE(judge->pretrain(std::vector{training}).ok());
  EXPECT_THAT(in_favour(others), ::testing::Each(0)) << "it is unsure of all alike";
  judge->update(known.task, known.records);
  const double sure = median(in_favour(known));
  EXPECT_GT(sure, 0);
  EXPECT_GT(median(in_favour(others)), sure);
}

TEST(WorldModelEvaluator, NeedsTheScaleOfItsPoints) {
  Random random(13);
  const auto judge = make_trees("world-model");
  ASSERT_TRUE(judge->pretrain(std::vector{measured(testing::dense_task(16, 64, 48), 30, random)}).ok());
  TensorFile file;
  ASSERT_TRUE(judge->write_pretrained(file).ok());
  file.metadata.erase("trees_point_scale");
  EXPECT_EQ(judge->read_pretrained(file).error().message, "there is no trees_point_scale beside the trees");
}

TEST(Rankers, HaveNames) {
  for (const std::string& name : ranker_names()) EXPECT_EQ(ranker_name(*ranker_from_name(name)), name);
  EXPECT_EQ(ranker_names().size(), 5U);
  EXPECT_EQ(ranker_from_name("static"), std::nullopt);
}

// Without trees the head judges; with them it has half of the say.
TEST(WorldModelEvaluator, AveragesHeadAndTrees) {
  Random random(8);
  const TaskRecords group = measured(testing::dense_task(16, 64, 48), 60, random);
  const std::vector<double> head = scores(*make_trees("head"), group);
  const auto judge = make_trees("world-model");
  EXPECT_EQ(scores(*judge, group), head);
  ASSERT_TRUE(judge->pretrain(std::vector{group}).ok());
  const auto trees = make_trees("actions");
  ASSERT_TRUE(trees->pretrain(std::vector{group}).ok());
  const std::vector<double> of_trees = scores(*trees, group);
  const std::vector<double> both = scores(*judge, group);
  for (std::size_t i = 0; i < both.size(); ++i) EXPECT_NEAR(both[i], (head[i] + of_trees[i]) / 2, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Evaluators, ActionJudges,
                         ::testing::Values("actions", "encoded", "foreseen", "latents", "world-model"),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::replace(text.begin(), text.end(), '-', '_');
                           return text;
                         });

}  // namespace
}  // namespace tilecast
