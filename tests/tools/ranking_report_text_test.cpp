#include "tools/ranking_report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Of one task whose best program takes a second.
RankingQuality quality(double top1_seconds, double correlation) {
  RankingQuality result;
  result.add({.programs = 10,
              .best_seconds = 1,
              .top1_seconds = top1_seconds,
              .top5_seconds = 1,
              .rank_correlation = correlation},
             1);
  return result;
}

Hardware machine(const std::string& fingerprint) {
  Hardware hardware;
  hardware.cpu = "cpu of " + fingerprint;
  hardware.cores = 2;
  hardware.fingerprint = fingerprint;
  return hardware;
}

// Two judges on two splits; what is validated was measured on machine `a` alone.
RankingReport two_judges() {
  RankingReport report{.splits = {"held-out", "validation"},
                       .machines = {machine("a"), machine("b")},
                       .model = "encoder: 3 steps",
                       .learnt_programs = 100,
                       .learnt_tasks = 7,
                       .seed = 5};
  report.judges = {{{"static", "trees"},
                    {{quality(2, 0.5), {quality(4, 0.25), quality(1, 1)}},
                     {quality(1.25, 0.75), {quality(1.25, 0.75), RankingQuality()}}},
                    {}},
                   {{.evaluator = "random", .what = "chance", .cold = true},
                    {{quality(8, -0.125), {quality(8, 0), quality(8, 0)}},
                     {quality(8, 0.0625), {quality(8, 0.0625), RankingQuality()}}},
                    {}}};
  report.transfers = {{"dwconv", "static", "held-out", quality(4, 0.1), quality(2, 0.2)}};
  return report;
}

TEST(RankingReportText, TheFirstTableIsOfAllPrograms) {
  const std::string page = to_markdown(two_judges());
  EXPECT_THAT(page, HasSubstr("# How well 2 judges rank\n"));
  EXPECT_THAT(page, HasSubstr("100 programs of 7 tasks; seed 5. World model: encoder: 3 steps.\n"));
  EXPECT_THAT(page,
              HasSubstr("\nRanked: held-out: 1 tasks, 10 programs; validation: 1 tasks, 10 programs.\n\n"
                        "| judge | what ranks | held-out: top-1 | top-5 | rank | validation: top-1 | top-5 | rank |\n"
                        "|---|---|---|---|---|---|---|---|\n"
                        "| static | trees | 0.500 | 1.000 | 0.500 | 0.800 | 1.000 | 0.750 |\n"
                        "| random, cold | chance | 0.125 | 1.000 | -0.125 | 0.125 | 1.000 | 0.062 |\n\n"
                        "![rank correlation](ranking.svg)\n"));
}

TEST(RankingReportText, EachOfSeveralMachinesHasATable) {
  const std::string page = to_markdown(two_judges());
  EXPECT_THAT(page, HasSubstr("\n## Programs measured on cpu of a, 2 cores (a)\n\nRanked: held-out: 1 tasks, "));
  EXPECT_THAT(page, HasSubstr("| static | trees | 0.250 | 1.000 | 0.250 | 0.800 | 1.000 | 0.750 |\n"));
  EXPECT_THAT(page, HasSubstr("\n## Programs measured on cpu of b, 2 cores (b)\n\nRanked: held-out: 1 tasks, 10 "
                              "programs; validation: 0 tasks, 0 programs.\n"));
  EXPECT_THAT(page, HasSubstr("| static | trees | 1.000 | 1.000 | 1.000 | - | - | - |\n"));

  RankingReport one = two_judges();
  one.machines.pop_back();
  EXPECT_THAT(to_markdown(one), Not(HasSubstr("## Programs measured on")));
}

TEST(RankingReportText, SeveralModelsHaveATableOfTheJudgesThatReadThem) {
  RankingReport report = two_judges();
  EXPECT_THAT(to_markdown(report), Not(HasSubstr(" models\n")));
  report.other_models = {"encoder: 3 steps, seed 1", "encoder: 3 steps, seed 2"};
  report.judges[0].others = {{quality(1.25, 0.75), quality(1, 1)}, {quality(4, 0.25), quality(1, 1)}};
  const std::string page = to_markdown(report);
  EXPECT_THAT(page, HasSubstr("\n## 3 models\n"));
  EXPECT_THAT(page, HasSubstr("\n- encoder: 3 steps, seed 1\n- encoder: 3 steps, seed 2\n\n"
                              "| judge | held-out: top-1 | top-5 | rank | validation: top-1 | top-5 | rank |\n"
                              "|---|---|---|---|---|---|---|\n"
                              "| static | 0.500 (0.250 to 0.800) | 1.000 (1.000 to 1.000) | 0.500 (0.250 to 0.750) | "
                              "1.000 (0.800 to 1.000) | 1.000 (1.000 to 1.000) | 1.000 (0.750 to 1.000) |\n\n"));
  const nlohmann::json json = to_json(report);
  EXPECT_EQ(json.at("other_models").size(), 2U);
  EXPECT_EQ(json["judges"][0].at("other_models").at(1).at("held-out").at("top1"), 0.25);
  EXPECT_TRUE(json["judges"][1].at("other_models").empty());
}

TEST(RankingReportText, TransfersHaveATableASplitThatHasSome) {
  const std::string page = to_markdown(two_judges());
  EXPECT_THAT(page,
              HasSubstr("\nSplit held-out:\n\n| tasks | judge | number | programs | without: top-1 | top-5 | rank | "
                        "with: top-1 | top-5 | rank |\n|---|---|---|---|---|---|---|---|---|---|\n"
                        "| dwconv | static | 1 | 10 | 0.250 | 1.000 | 0.100 | 0.500 | 1.000 | 0.200 |\n"));
  EXPECT_THAT(page, Not(HasSubstr("Split validation:")));
  RankingReport none = two_judges();
  none.transfers.clear();
  EXPECT_THAT(to_markdown(none), Not(HasSubstr("left out of training")));
}

TEST(RankingReportText, JsonHasAllNumbers) {
  const RankingReport report = two_judges();
  const nlohmann::json json = to_json(report);
  EXPECT_EQ(json.at("splits"), nlohmann::json({"held-out", "validation"}));
  EXPECT_EQ(json.at("machines").at(1).at("fingerprint"), "b");
  EXPECT_EQ(json.at("model"), "encoder: 3 steps");
  EXPECT_EQ(json.at("learnt_programs"), 100);
  EXPECT_EQ(json.at("learnt_tasks"), 7);
  EXPECT_EQ(json.at("seed"), 5);
  const nlohmann::json& random = json.at("judges").at(1);
  EXPECT_EQ(random.at("judge"), "random, cold");
  EXPECT_EQ(random.at("evaluator"), "random");
  EXPECT_EQ(random.at("cold"), true);
  EXPECT_EQ(random.at("without_hardware"), false);
  EXPECT_EQ(random.at("splits").at("held-out").at("rank_correlation"), -0.125);
  const nlohmann::json& machines = json["judges"][0].at("splits").at("held-out").at("machines");
  EXPECT_EQ(machines.at("a").at("top1"), 0.25);
  EXPECT_EQ(machines.at("b").at("programs"), 10);
  const nlohmann::json& transfer = json.at("transfers").at(0);
  EXPECT_EQ(transfer.at("sort"), "dwconv");
  EXPECT_EQ(transfer.at("split"), "held-out");
  EXPECT_EQ(transfer.at("without").at("rank_correlation"), 0.1);
  EXPECT_EQ(transfer.at("with").at("rank_correlation"), 0.2);
}

TEST(RankingReportText, ThePlotHasAGroupAJudge) {
  const BarPlot plot = ranking_plot(two_judges());
  EXPECT_THAT(plot.groups, ElementsAre("static", "random, cold"));
  EXPECT_EQ(plot.reference, 0);
  ASSERT_EQ(plot.series.size(), 2U);
  EXPECT_EQ(plot.series[0].name, "held-out");
  EXPECT_EQ(plot.series[0].bars[1]->value, -0.125);
  EXPECT_EQ(plot.series[1].bars[0]->value, 0.75);
}

}  // namespace
}  // namespace tilecast::tools
