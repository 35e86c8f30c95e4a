#include "tools/search_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "test_search_runs.h"

namespace tilecast::tools {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::kFailed;
using testing::two_judges;

const EfficiencyPoint* point_at(const SearchReport& report, std::size_t judge, int trials) {
  for (const EfficiencyPoint& point : report.efficiency[judge]) {
    if (point.trials == trials) return &point;
  }
  return nullptr;
}

TEST(SearchReport, SpreadsAreOverSeeds) {
  const SearchReport report = summarize(two_judges());
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_THAT(report.seeds, ElementsAre(0, 1));
  const JudgeOnSubgraph& first = *report.rows[0].judges[0];
  EXPECT_NEAR(first.seconds.median, 3e-3, 1e-12);
  EXPECT_EQ(first.seconds.low, 2e-3);
  EXPECT_EQ(first.seconds.high, 4e-3);
  // 1 GFLOP in 2 and in 4 ms, of 1,000 GFLOP/s.
  EXPECT_NEAR(first.share_of_peak.high, 0.5, 1e-12);
  EXPECT_NEAR(first.share_of_peak.low, 0.25, 1e-12);
  EXPECT_NEAR(first.share_of_peak.median, 0.375, 1e-12);
}

TEST(SearchReport, SpeedComparesSeedBySeed) {
  const SearchReport report = summarize(two_judges());
  // conv: 2 / 1 and 4 / 1 ms; dense: 1 / 2 in both.
  const Spread& conv = *report.rows[0].judges[1]->speed;
  EXPECT_EQ(conv.median, 3);
  EXPECT_EQ(conv.low, 2);
  EXPECT_EQ(conv.high, 4);
  EXPECT_EQ(report.rows[1].judges[1]->speed->median, 0.5);
  EXPECT_EQ(report.totals[0].speed, 1);
  EXPECT_NEAR(*report.totals[1].speed, std::sqrt(1.5), 1e-12);
}

TEST(SearchReport, AnsorIsComparedWhereItHasTheSubgraph) {
  const SearchReport report = summarize(two_judges());
  // 2 GFLOP as Ansor counts them in 1 ms are twice the peak, Ansor had a half.
  EXPECT_NEAR(*report.rows[0].judges[1]->over_ansor, 4, 1e-12);
  EXPECT_EQ(report.rows[1].judges[1]->over_ansor, std::nullopt);
  EXPECT_NEAR(*report.totals[1].over_ansor, 4, 1e-12);
  SearchRuns without = two_judges();
  without.subgraphs[0].ansor.reset();
  EXPECT_EQ(summarize(without).totals[1].over_ansor, std::nullopt);
}

TEST(SearchReport, FivePercentAboveTheBestAreNear) {
  SearchRuns runs = two_judges();
  const auto near_best = [&](double seconds) {
    runs.runs[3].seconds = runs.runs[2].seconds = 1e-3;  // conv under "second"
    runs.runs[0].seconds = runs.runs[1].seconds = seconds;
    return summarize(runs).totals[0].near_best;
  };
  EXPECT_EQ(near_best(1.049e-3), 2) << "the other is dense, where the first judge is the faster";
  EXPECT_EQ(near_best(1.051e-3), 1);
  EXPECT_EQ(summarize(runs).totals[1].near_best, 1);
  EXPECT_EQ(summarize(runs).totals[1].subgraphs, 2);
}

TEST(SearchReport, ARunWithoutAProgramLeavesNoNumber) {
  SearchRuns runs = two_judges();
  runs.runs[0].seconds = kFailed;
  const SearchReport report = summarize(runs);
  EXPECT_FALSE(report.rows[0].judges[0].has_value());
  ASSERT_TRUE(report.rows[0].judges[1].has_value());
  EXPECT_EQ(report.rows[0].judges[1]->speed, std::nullopt);
  EXPECT_EQ(report.totals[0].subgraphs, 1);
  EXPECT_NEAR(*report.totals[1].speed, 0.5, 1e-12) << "dense alone";
}

TEST(SearchReport, EfficiencyIsTheMeanOfSharesOfTheBestKnown) {
  const SearchReport report = summarize(two_judges());
  // Best known: conv 1 ms, dense 1 ms. "second" on conv: 4, 4, 2, 1 and 2, 2, 2, 2; on dense 1 from the start.
  const EfficiencyPoint* first = point_at(report, 1, 1);
  ASSERT_NE(first, nullptr);
  EXPECT_NEAR(first->share, std::pow(0.25 * 0.5 * 1 * 1, 0.25), 1e-12);
  EXPECT_NEAR(first->low, std::sqrt(0.25), 1e-12);
  EXPECT_NEAR(first->high, std::sqrt(0.5), 1e-12);
  const EfficiencyPoint* last = point_at(report, 1, 4);
  ASSERT_NE(last, nullptr);
  EXPECT_NEAR(last->share, std::pow(1 * 0.5 * 1 * 1, 0.25), 1e-12);
  EXPECT_NEAR(last->low, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(last->high, 1, 1e-12);
  EXPECT_EQ(report.efficiency[1].back().trials, 4);
}

TEST(SearchReport, GainIsOverTheDefaultScheduleOfTheSameRun) {
  SearchRuns runs = two_judges();
  // The second run of "second" on conv as on a machine of half the speed: the share suffers, the gain does not.
  for (double& seconds : runs.runs[3].trials) seconds *= 2;
  runs.runs[3].default_seconds *= 2;
  // conv: 4 -> 1 and 4 -> 4 ms; dense: 1 throughout.
  EXPECT_NEAR(*point_at(summarize(runs), 1, 4)->gain, std::pow(4.0, 0.25), 1e-12);
  EXPECT_NEAR(*point_at(summarize(two_judges()), 1, 4)->gain, std::pow(4.0, 0.25), 1e-12);
  EXPECT_EQ(point_at(summarize(runs), 1, 1)->gain, 1);
  runs.runs[3].default_seconds = kFailed;
  EXPECT_EQ(point_at(summarize(runs), 1, 4)->gain, std::nullopt) << "one of the runs did not measure it";
}

TEST(SearchReport, EfficiencyBeginsOnceAllHaveAProgramAndShortRunsKeepTheirs) {
  SearchRuns runs = two_judges();
  runs.runs[0].trials = {kFailed, kFailed, 2e-3, 2e-3, 2e-3, 1e-3};
  const SearchReport report = summarize(runs);
  EXPECT_EQ(report.efficiency[0].front().trials, 3);
  EXPECT_EQ(report.efficiency[0].back().trials, 6);
  EXPECT_GT(report.efficiency[0].back().share, report.efficiency[0].front().share);
}

TEST(SearchReport, EfficiencyHasTheNumbersOfTheTablesAndTheLast) {
  SearchRuns runs = two_judges();
  for (SearchRun& run : runs.runs) run.trials.assign(700, 1e-3);
  const SearchReport report = summarize(runs);
  for (const int trials : table_trials()) EXPECT_EQ(point_at(report, 0, trials) != nullptr, trials <= 700) << trials;
  EXPECT_EQ(report.efficiency[0].back().trials, 700);
  EXPECT_LT(report.efficiency[0].size(), 150U) << "a point at every number";
}

}  // namespace
}  // namespace tilecast::tools
