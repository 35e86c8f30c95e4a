#include "tuner/tuner.h"

#include <gtest/gtest.h>

#include "../codegen/test_kernels.h"
#include "base/temp_directory.h"
#include "codegen/codegen.h"
#include "evaluator/random_evaluator.h"
#include "evaluator/static_evaluator.h"
#include "fake_measurer.h"

namespace tilecast {
namespace {

using testing::FakeMeasurer;

std::vector<WeightedTask> two_tasks() {
  return {{testing::conv_task(14, 14, 16, 32, 3, 1), 3}, {testing::dense_task(32, 64, 64), 1}};
}

class TunerTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Evaluator> evaluator() const {
    if (std::string(GetParam()) == "random") return std::make_unique<RandomEvaluator>(1);
    return std::make_unique<StaticEvaluator>(Machine{probe_hardware(), 2, {}}, 2);
  }
  TuneProgress run(const TuneOptions& options, Measurer& measurer, const TuneHooks& hooks = {}) const {
    const auto judge = evaluator();
    auto result = tune(two_tasks(), options, probe_hardware(), *judge, measurer, hooks);
    if (!result.ok()) throw std::runtime_error(result.error().message);
    return *result;
  }
};

TEST_P(TunerTest, SpendsTheBudgetAndResumesWithoutRepeating) {
  const TempDirectory directory = *TempDirectory::create("tuner_test");
  FakeMeasurer measurer;
  TuneOptions options{.trials = 50, .round = 10, .records = directory.path() / "log.jsonl"};
  const TuneProgress first = run(options, measurer);
  EXPECT_EQ(first.trials, 50);
  EXPECT_EQ(measurer.measured.size(), 50U);
  EXPECT_GT(first.tasks[0].trials, first.tasks[1].trials);

  // The log has all of it; the same command does nothing, a larger budget goes on.
  EXPECT_EQ(run(options, measurer).trials, 50);
  EXPECT_EQ(measurer.measured.size(), 50U);
  options.trials = 90;
  const TuneProgress second = run(options, measurer);
  EXPECT_EQ(second.trials, 90);
  EXPECT_EQ(measurer.measured.size(), 90U);
  EXPECT_LE(second.model_seconds, first.model_seconds);
  const auto set = read_record_log(options.records);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->records.size(), 90U);
  EXPECT_EQ(set->tasks.size(), 2U);
  for (const MeasureRecord& record : set->records) EXPECT_FALSE(record.origin.empty());
}

TEST_P(TunerTest, OneSeedRepeats) {
  FakeMeasurer a;
  FakeMeasurer b;
  const TuneOptions options{.trials = 40, .seed = 9};
  EXPECT_EQ(run(options, a).model_seconds, run(options, b).model_seconds);
  EXPECT_EQ(a.measured, b.measured);
}

TEST_P(TunerTest, MeasuresTheAlgorithmsThatItIsGivenAlone) {
  const TempDirectory directory = *TempDirectory::create("tuner_test");
  const Task conv = two_tasks()[0].task;
  const TaskContext context = *make_task_context(conv);
  FakeMeasurer measurer;
  TuneOptions options{.trials = 30, .records = directory.path() / "log.jsonl"};
  run(options, measurer);  // of all algorithms: those records do not bring the others back
  options.trials = 80;
  options.algorithms = {{conv.key, {"direct"}}};
  run(options, measurer);
  const auto set = read_record_log(options.records);
  ASSERT_TRUE(set.ok());
  int others = 0;
  for (std::size_t i = 0; i < set->records.size(); ++i) {
    if (set->records[i].task_key != conv.key) continue;
    const bool direct = replay(context.initial, set->records[i].trajectory)->algorithm() == Name("direct");
    if (i < 30) {
      others += direct ? 0 : 1;
    } else {
      EXPECT_TRUE(direct) << "record " << i;
    }
  }
  EXPECT_GT(others, 0);
}

TEST_P(TunerTest, CancellingEndsTheRunInOrder) {
  FakeMeasurer measurer;
  int calls = 0;
  const TuneHooks hooks{[&](const TuneProgress&) { ++calls; }, [&] { return calls >= 10; }};
  const TuneProgress progress = run({.trials = 1000}, measurer, hooks);
  EXPECT_TRUE(progress.interrupted);
  EXPECT_LT(progress.trials, 30);
}

INSTANTIATE_TEST_SUITE_P(Evaluators, TunerTest, ::testing::Values("random", "static"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace tilecast
