#include "tools/model_search_report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "test_model_remeasurements.h"

namespace tilecast::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::two_models;

TEST(ModelSearchReportText, TheTableHasARowAModelAndSide) {
  const std::string page = to_markdown(summarize(two_models()));
  for (const char* line :
       {"a processor, 2 threads; 2 models, 2 seeds.", "by at most 2.0e-05 of their largest element",
        "| model | tasks | judge | trials | tuning, s | latency, ms | static:100 = 1 | onnxruntime = 1 |\n|---|",
        "| net | 7 | static:100 | 700 | 100.0 (90.0 to 110.0) | 3.000 (2.000 to 4.000) | 1.000 (1.000 to 1.000) | "
        "0.650 "
        "(0.500 to 0.800) |\n",
        "| net | 7 | world-model+pretrained:10 | 65 (60 to 70) | 9.0 (8.0 to 10.0) | 2.000 (1.000 to 3.000) | 0.625 "
        "(0.500 to 0.750) | 0.425 (0.250 to 0.600) |\n",
        "| net | 7 | onnxruntime | - | - | 4.500 (4.000 to 5.000) | 1.625 (1.250 to 2.000) | 1 |\n",
        "| other | 7 | world-model+pretrained:10 | 70 | - | 2.000 (2.000 to 2.000) | 2.000 (2.000 to 2.000) | - |\n",
        "| geometric mean |  | static:100 |  |  |  | 1.000 | 0.650 |\n",
        "| geometric mean |  | world-model+pretrained:10 |  |  |  | 1.118 | 0.425 |\n", "(models.svg)"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_THAT(page, Not(HasSubstr("| other | 7 | onnxruntime ")));
}

TEST(ModelSearchReportText, JsonHasAllNumbers) {
  const nlohmann::json json = to_json(summarize(two_models()));
  EXPECT_EQ(json.at("judges"), nlohmann::json({"static:100", "world-model+pretrained:10"}));
  EXPECT_EQ(json.at("seeds"), nlohmann::json({0, 1}));
  EXPECT_EQ(json.at("threads"), 2);
  EXPECT_EQ(json.at("relative_error"), 2e-5);
  ASSERT_EQ(json.at("models").size(), 2U);
  const auto& net = json["models"][0];
  EXPECT_EQ(net.at("model"), "net");
  EXPECT_EQ(net.at("seeds"), nlohmann::json({0, 1}));
  const auto& second = net.at("judges").at("world-model+pretrained:10");
  EXPECT_EQ(second.at("trials").at("high"), 70);
  EXPECT_EQ(second.at("tuning_seconds").at("median"), 9);
  EXPECT_EQ(second.at("seconds").at("low"), 1e-3);
  EXPECT_EQ(second.at("ratio").at("median"), 0.625);
  EXPECT_NEAR(second.at("ratio_to_onnxruntime").at("median").get<double>(), 0.425, 1e-12);
  EXPECT_NEAR(net.at("onnxruntime").at("ratio").at("high").get<double>(), 2, 1e-12);
  const auto& other = json["models"][1];
  EXPECT_TRUE(other.at("onnxruntime").is_null());
  EXPECT_TRUE(other.at("judges").at("world-model+pretrained:10").at("tuning_seconds").is_null());
  EXPECT_NEAR(json.at("totals").at("world-model+pretrained:10").at("ratio").get<double>(), std::sqrt(1.25), 1e-12);
  EXPECT_EQ(nlohmann::json::parse(json.dump()), json) << "no number that JSON lacks";
}

TEST(ModelSearchReportText, ThePlotShowsRatiosToTheFirstJudge) {
  const BarPlot plot = latency_plot(summarize(two_models()));
  EXPECT_THAT(plot.groups, ElementsAre("net", "other"));
  EXPECT_EQ(plot.y_label, "latency, static:100 = 1");
  ASSERT_EQ(plot.series.size(), 3U);
  EXPECT_EQ(plot.series[0].bars[0]->value, 1);
  EXPECT_EQ(plot.series[1].name, "world-model+pretrained:10");
  EXPECT_EQ(plot.series[1].bars[0]->value, 0.625);
  EXPECT_EQ(plot.series[1].bars[0]->low, 0.5);
  EXPECT_EQ(plot.series[1].bars[0]->high, 0.75);
  EXPECT_EQ(plot.series[2].name, "onnxruntime");
  EXPECT_NEAR(plot.series[2].bars[0]->value, 1.625, 1e-12);
  EXPECT_FALSE(plot.series[2].bars[1].has_value());
}

TEST(ModelSearchReportText, WithoutOnnxruntimeThereIsNoSeriesOfIt) {
  std::vector<ModelRemeasurement> runs = two_models();
  runs[0].onnxruntime.reset();
  EXPECT_EQ(latency_plot(summarize(runs)).series.size(), 2U);
  EXPECT_TRUE(to_json(summarize(runs)).at("totals").at("static:100").at("ratio_to_onnxruntime").is_null());
}

}  // namespace
}  // namespace tilecast::tools
