#include "tools/rollout_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace tilecast::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One trajectory of six actions in two components: the true latent turns by 90 degrees with the first action and stays;
// the foreseen one does so until the last action, which turns it back.
RolloutReport one_trajectory() {
  RolloutReport report{.split = "held-out",
                       .tasks = 1,
                       .programs = 4,
                       .latent_width = 2,
                       .transition = "transh",
                       .model = "encoder: 3 steps"};
  std::vector<float> encoded = {1, 0};
  for (int step = 0; step < 6; ++step) encoded.insert(encoded.end(), {0, 1});
  std::vector<float> foreseen = encoded;
  foreseen[12] = 1;
  foreseen[13] = 0;
  report.latents.add(foreseen, encoded, 2);
  return report;
}

// With one task, of six actions, on whose programs two judges agree but for one.
RolloutReport with_agreement() {
  RolloutReport report = one_trajectory();
  report.agreement.emplace();
  report.agreement->add(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{1, 2, 3, 5, 4}, 6);
  return report;
}

TEST(RolloutReport, TablesHaveARowARangeThatHasSomething) {
  const std::string page = to_markdown(with_agreement());
  EXPECT_THAT(page, HasSubstr("1 tasks, split held-out, 4 programs a task at most, latents of 2 components, transition "
                              "transh. World model: encoder: 3 steps.\n"));
  EXPECT_THAT(page, HasSubstr("| steps | states | cosine | unchanged: cosine | error | unchanged: error |\n"));
  EXPECT_THAT(page, HasSubstr("| 4 | 1 | 1.000 | 0.000 | 0.000 | 1.000 |\n"
                              "| 5-6 | 2 | 0.500 | 0.000 | 0.500 | 1.000 |\n"
                              "| all | 6 | 0.833 | 0.000 | 0.167 | 1.000 |\n\n"));
  EXPECT_THAT(page, HasSubstr("| actions | tasks | rank correlation of scores |\n|---|---|---|\n"
                              "| 5-6 | 1 | 0.900 |\n| all | 1 | 0.900 |\n"));
  EXPECT_THAT(page, ::testing::EndsWith("\n![rollouts](rollouts.svg)\n"));
  EXPECT_THAT(to_markdown(one_trajectory()), Not(HasSubstr("Spearman")));
}

TEST(RolloutReport, JsonHasAllNumbers) {
  const nlohmann::json json = to_json(with_agreement());
  EXPECT_EQ(json.at("split"), "held-out");
  EXPECT_EQ(json.at("transition"), "transh");
  EXPECT_EQ(json.at("latent_width"), 2);
  EXPECT_EQ(json.at("steps").size(), 6U) << "1, 2, 3, 4, 5-6 and all";
  EXPECT_EQ(json["steps"].at("5-6").at("cosine"), 0.5);
  EXPECT_EQ(json["steps"].at("all").at("states"), 6);
  EXPECT_EQ(json.at("agreement").at("5-6").at("tasks"), 1);
  EXPECT_FALSE(to_json(one_trajectory()).contains("agreement"));
}

TEST(RolloutReport, ThePlotHasALineAMean) {
  const LinePlot plot = rollout_plot(with_agreement());
  ASSERT_EQ(plot.series.size(), 5U);
  EXPECT_EQ(plot.series[0].name, "cosine");
  ASSERT_EQ(plot.series[0].points.size(), 5U);
  EXPECT_EQ(plot.series[0].points[4].x, 5) << "the first of 5-6";
  EXPECT_EQ(plot.series[0].points[4].y, 0.5);
  EXPECT_EQ(plot.series[3].points[0].y, 1) << "the error of a transition that changes nothing";
  ASSERT_EQ(plot.series[4].points.size(), 1U);
  EXPECT_NEAR(plot.series[4].points[0].y, 0.9, 1e-12);
  EXPECT_EQ(rollout_plot(one_trajectory()).series.size(), 4U);
}

}  // namespace
}  // namespace tilecast::tools
