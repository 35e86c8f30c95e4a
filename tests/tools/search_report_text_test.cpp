#include "tools/search_report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "test_search_runs.h"

namespace tilecast::tools {
namespace {

using ::testing::HasSubstr;
using testing::kFailed;
using testing::two_judges;

SearchReport with_a_gap() {
  SearchRuns runs = two_judges();
  runs.runs[7].seconds = kFailed;
  return summarize(runs);
}

TEST(SearchReportText, TablesHaveARowASubgraphAndTotals) {
  const std::string page = to_markdown(summarize(two_judges()));
  for (const char* line : {
           "a processor, 2 threads, measured peak 1000.0 GFLOP/s; 2 subgraphs, 2 seeds.",
           "| subgraph | first:4, ms | % of peak | second:4, ms | % of peak |\n|---|---|---|---|---|\n",
           "| conv | 3.0000 (2.0000 to 4.0000) | 37.5 (25.0 to 50.0) | 1.0000 (1.0000 to 1.0000) | 100.0 (100.0 to ",
           "| speed, first:4 = 1 (geometric mean) | 1.000 |  | 1.225 |  |\n",
           "| share of peak over Ansor's at 64 trials (geometric mean) | 1.333 |  | 4.000 |  |\n",
           "| subgraphs within 5 % of the best program known | 1 of 2 |  | 1 of 2 |  |\n",
           "| judge | 4 trials |\n",
           "| first:4 | 59.5 % |\n| second:4 | 84.1 % |\n",
           "| first:4 | 1.682 |\n| second:4 | 1.414 |\n",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  for (const char* plot : {"(subgraphs.svg)", "(efficiency.svg)"}) EXPECT_THAT(page, HasSubstr(plot));
}

TEST(SearchReportText, WhatIsMissingIsADash) {
  EXPECT_THAT(to_markdown(with_a_gap()), HasSubstr("| 0.1 (0.1 to 0.1) | - | - |\n"));
}

TEST(SearchReportText, JsonHasAllNumbers) {
  const nlohmann::json json = to_json(with_a_gap());
  EXPECT_EQ(json.at("judges"), nlohmann::json({"first:4", "second:4"}));
  EXPECT_EQ(json.at("seeds"), nlohmann::json({0, 1}));
  EXPECT_EQ(json.at("peak_gflops"), 1000);
  const auto& conv = json.at("subgraphs")[0].at("judges").at("second:4");
  EXPECT_EQ(conv.at("seconds").at("median"), 1e-3);
  EXPECT_EQ(conv.at("speed").at("high"), 4);
  EXPECT_EQ(conv.at("near_best"), true);
  EXPECT_TRUE(json["subgraphs"][1]["judges"].at("second:4").is_null());
  EXPECT_TRUE(json["subgraphs"][1]["judges"]["first:4"].at("over_ansor").is_null());
  EXPECT_EQ(json.at("totals").at("second:4").at("subgraphs"), 1);
  EXPECT_EQ(json.at("efficiency").at("first:4").size(), 4U);
  EXPECT_EQ(json["efficiency"]["first:4"][3].at("trials"), 4);
  EXPECT_NEAR(json["efficiency"]["first:4"][3].at("gain"), std::pow(8.0, 0.25), 1e-12);
  EXPECT_EQ(nlohmann::json::parse(json.dump()), json) << "no number that JSON lacks";
}

TEST(SearchReportText, PlotsShowWhatTheTablesSay) {
  const SearchReport report = with_a_gap();
  const LinePlot lines = efficiency_plot(report);
  ASSERT_EQ(lines.series.size(), 2U);
  ASSERT_EQ(lines.series[1].points.size(), 1U) << "from the fourth trial on";
  EXPECT_EQ(lines.series[1].points[0].x, 4);
  EXPECT_NEAR(lines.series[1].points[0].y, 100 * report.efficiency[1].back().share, 1e-9);
  const BarPlot bars = speed_plot(report);
  EXPECT_THAT(bars.groups, ::testing::ElementsAre("conv", "dense"));
  ASSERT_EQ(bars.series.size(), 2U);
  EXPECT_EQ(bars.series[0].bars[0]->value, 1);
  EXPECT_EQ(bars.series[1].bars[0]->value, 3);
  EXPECT_EQ(bars.series[1].bars[0]->low, 2);
  EXPECT_FALSE(bars.series[1].bars[1].has_value());
}

}  // namespace
}  // namespace tilecast::tools
