#include "tools/model_search_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "test_model_remeasurements.h"

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;
using testing::two_models;

TEST(ModelSearchReport, ModelsAreInTheirOrderWithAllSeeds) {
  const ModelSearchReport report = summarize(two_models());
  EXPECT_THAT(report.judges, ElementsAre("static:100", "world-model+pretrained:10"));
  EXPECT_THAT(report.seeds, ElementsAre(0, 1));
  EXPECT_EQ(report.threads, 2);
  EXPECT_EQ(report.cpu, "a processor");
  EXPECT_EQ(report.relative_error, 2e-5);
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_EQ(report.rows[0].model, "net");
  EXPECT_EQ(report.rows[1].model, "other");
  EXPECT_EQ(report.rows[0].tasks, 7);
  EXPECT_THAT(report.rows[0].seeds, ElementsAre(0, 1));
}

TEST(ModelSearchReport, SeedsAreInOrderWhateverTheRuns) {
  std::vector<ModelRemeasurement> runs = two_models();
  std::swap(runs[0], runs[1]);
  EXPECT_THAT(summarize(runs).rows[0].seeds, ElementsAre(0, 1));
}

TEST(ModelSearchReport, LatenciesAreMediansOfAllSamples) {
  const JudgeOnModel first = summarize(two_models()).rows[0].judges[0];
  EXPECT_NEAR(first.seconds.median, 3e-3, 1e-12);
  EXPECT_EQ(first.seconds.low, 2e-3);
  EXPECT_EQ(first.seconds.high, 4e-3);
}

TEST(ModelSearchReport, RatiosAreOfOneSitting) {
  const ModelRow net = summarize(two_models()).rows[0];
  EXPECT_EQ(net.judges[0].ratio.low, 1);
  EXPECT_EQ(net.judges[0].ratio.high, 1);
  // 1 over 2 and 3 over 4 ms.
  EXPECT_EQ(net.judges[1].ratio.median, 0.625);
  EXPECT_EQ(net.judges[1].ratio.low, 0.5);
  EXPECT_EQ(net.judges[1].ratio.high, 0.75);
  // 1 over 4 and 3 over 5 ms.
  EXPECT_NEAR(net.judges[1].to_onnxruntime->median, 0.425, 1e-12);
  EXPECT_NEAR(net.judges[1].to_onnxruntime->low, 0.25, 1e-12);
  EXPECT_NEAR(net.judges[1].to_onnxruntime->high, 0.6, 1e-12);
  EXPECT_NEAR(net.onnxruntime->seconds.median, 4.5e-3, 1e-12);
  EXPECT_NEAR(net.onnxruntime->ratio.low, 1.25, 1e-12);
  EXPECT_NEAR(net.onnxruntime->ratio.high, 2, 1e-12);
}

TEST(ModelSearchReport, OnnxruntimeCountsWhereItHadItsTurnWithAllSeeds) {
  std::vector<ModelRemeasurement> runs = two_models();
  EXPECT_EQ(summarize(runs).rows[1].onnxruntime.has_value(), false);
  EXPECT_EQ(summarize(runs).rows[1].judges[0].to_onnxruntime.has_value(), false);
  runs[1].onnxruntime.reset();
  const ModelSearchReport report = summarize(runs);
  EXPECT_FALSE(report.rows[0].onnxruntime.has_value());
  EXPECT_FALSE(report.rows[0].judges[1].to_onnxruntime.has_value());
  EXPECT_EQ(report.totals[1].to_onnxruntime, std::nullopt);
}

TEST(ModelSearchReport, TuningIsTrialsAndSeconds) {
  const ModelSearchReport report = summarize(two_models());
  const JudgeOnModel& second = report.rows[0].judges[1];
  EXPECT_EQ(second.trials.low, 60);
  EXPECT_EQ(second.trials.high, 70);
  EXPECT_EQ(second.tuning_seconds->median, 9);
  EXPECT_EQ(second.tuning_seconds->low, 8);
  EXPECT_EQ(second.tuning_seconds->high, 10);
  EXPECT_FALSE(report.rows[1].judges[1].tuning_seconds.has_value()) << "unknown with one seed";
}

TEST(ModelSearchReport, TotalsAreGeometricMeansOverModels) {
  const ModelSearchReport report = summarize(two_models());
  EXPECT_EQ(report.totals[0].ratio, 1);
  EXPECT_NEAR(report.totals[1].ratio, std::sqrt(0.625 * 2), 1e-12);
  EXPECT_NEAR(*report.totals[0].to_onnxruntime, (0.5 + 0.8) / 2, 1e-12) << "of the one model that has it";
}

}  // namespace
}  // namespace tilecast::tools
