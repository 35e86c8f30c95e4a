#include "profile/model_comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

std::vector<ModelComparison> two_models() {
  const SideSizes ours{.memory_before_bytes = 10'000'000, .memory_peak_bytes = 30'000'000, .shipped_bytes = 5'000'000};
  const SideSizes theirs{
      .memory_before_bytes = 60'000'000, .memory_peak_bytes = 95'500'000, .shipped_bytes = 40'000'000};
  return {
      {.model = "net",
       .threads = 2,
       .flops = 1e9,
       .times = {.sides = {{{0.010, 0.020, 0.030}, {0.020}}, {{0.020}, {0.020, 0.040, 0.010}}}, .disturbance = 0.015},
       .tilecast = ours,
       .peers = {{.name = "onnxruntime", .relative_error = 2.5e-6, .sizes = theirs}}},
      {.model = "longer",
       .threads = 2,
       .flops = 2e9,
       .times = {.sides = {{{0.010}}, {{0.040}}}},
       .tilecast = ours,
       .peers = {{.name = "onnxruntime", .relative_error = 0, .sizes = theirs}}}};
}

// The same, with another peer.
std::vector<ModelComparison> two_models_and_pytorch() {
  const SideSizes sizes{
      .memory_before_bytes = 200'000'000, .memory_peak_bytes = 300'000'000, .shipped_bytes = 150'000'000};
  std::vector<ModelComparison> models = two_models();
  models[0].times.sides.push_back({{0.040}, {0.080}});
  models[1].times.sides.push_back({{0.010}});
  models[0].peers.push_back({.name = "pytorch", .relative_error = 1e-6, .sizes = sizes});
  models[1].peers.push_back({.name = "pytorch", .relative_error = 3e-6, .sizes = sizes});
  return models;
}

TEST(ModelComparison, TableHasALineForEachModel) {
  EXPECT_EQ(comparison_table(two_models(), 100),
            "model   tilecast ms  onnxruntime ms  ratio       in blocks  of peak    error  disturbed\n"
            "net          20.000          20.000  1.000  1.000 to 1.000   50.0 %  2.5e-06      1.5 %\n"
            "longer       10.000          40.000  0.250  0.250 to 0.250  200.0 %  0.0e+00      0.0 %\n"
            "\n"
            "        memory MB (of the model)  onnxruntime  shipped MB  onnxruntime\n"
            "net                  30.0 (20.0)  95.5 (35.5)         5.0         40.0\n"
            "longer               30.0 (20.0)  95.5 (35.5)         5.0         40.0\n"
            "\n"
            "peak 100.0 GFLOP/s; geometric mean of the ratios 0.500\n");
  EXPECT_EQ(comparison_table({}, 100), "");
}

TEST(ModelComparison, EveryPeerHasItsColumns) {
  EXPECT_EQ(comparison_table(two_models_and_pytorch(), 100),
            "model   tilecast ms  onnxruntime ms  ratio       in blocks  pytorch ms  ratio       in blocks  of peak    "
            "error  disturbed\n"
            "net          20.000          20.000  1.000  1.000 to 1.000      60.000  0.333  0.250 to 0.500   50.0 %  "
            "2.5e-06      1.5 %\n"
            "longer       10.000          40.000  0.250  0.250 to 0.250      10.000  1.000  1.000 to 1.000  200.0 %  "
            "3.0e-06      0.0 %\n"
            "\n"
            "        memory MB (of the model)  onnxruntime        pytorch  shipped MB  onnxruntime  pytorch\n"
            "net                  30.0 (20.0)  95.5 (35.5)  300.0 (100.0)         5.0         40.0    150.0\n"
            "longer               30.0 (20.0)  95.5 (35.5)  300.0 (100.0)         5.0         40.0    150.0\n"
            "\n"
            "peak 100.0 GFLOP/s; geometric mean of the ratios 0.500, to pytorch 0.577\n");
}

TEST(ModelComparison, SpreadIsThatOfTheBlocks) {
  const BlockTimes times{.sides = {{{1}, {3}, {2}}, {{2}, {3}, {1}}, {{1}, {1}, {1}}}};
  EXPECT_DOUBLE_EQ(times.ratio_to(1), 1);
  EXPECT_DOUBLE_EQ(ratio_spread(times, 1).low, 0.5);
  EXPECT_DOUBLE_EQ(ratio_spread(times, 1).high, 2);
  EXPECT_DOUBLE_EQ(ratio_spread(times, 2).high, 3);
}

TEST(ModelComparison, JsonHasResultsAndTheirMean) {
  const nlohmann::json json = to_json(two_models(), 100);
  EXPECT_EQ(json.at("peak_gflops"), 100);
  EXPECT_DOUBLE_EQ(json.at("geometric_mean_ratio").get<double>(), 0.5);
  ASSERT_EQ(json.at("results").size(), 2U);
  const nlohmann::json& result = json["results"][1];
  EXPECT_EQ(result.at("model"), "longer");
  EXPECT_EQ(result.at("tilecast_seconds"), 0.010);
  EXPECT_EQ(result.at("onnxruntime_seconds"), 0.040);
  EXPECT_EQ(result.at("ratio"), 0.25);
  EXPECT_DOUBLE_EQ(result.at("share_of_peak").get<double>(), 2);
  EXPECT_EQ(result.at("relative_error"), 0);
  EXPECT_EQ(result.at("onnxruntime").at("shipped_bytes"), 40'000'000);
  EXPECT_FALSE(result.contains("pytorch"));
  EXPECT_TRUE(to_json(std::span<const ModelComparison>{}, 100).at("geometric_mean_ratio").is_null());
}

TEST(ModelComparison, JsonNamesTheSecondPeer) {
  const nlohmann::json json = to_json(two_models_and_pytorch(), 100);
  EXPECT_DOUBLE_EQ(json.at("geometric_mean_ratio").get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(json.at("geometric_mean_ratio_to_pytorch").get<double>(), std::sqrt(1.0 / 3));
  const nlohmann::json& result = json.at("results").at(0);
  EXPECT_EQ(result.at("ratio"), 1.0);
  EXPECT_DOUBLE_EQ(result.at("pytorch_seconds").get<double>(), 0.060);
  EXPECT_DOUBLE_EQ(result.at("ratio_to_pytorch").get<double>(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(result.at("ratio_to_pytorch_low").get<double>(), 0.25);
  EXPECT_DOUBLE_EQ(result.at("ratio_to_pytorch_high").get<double>(), 0.5);
  EXPECT_EQ(result.at("relative_error"), 2.5e-6);
  EXPECT_EQ(result.at("onnxruntime").at("relative_error"), 2.5e-6);
  EXPECT_EQ(result.at("pytorch").at("relative_error"), 1e-6);
  EXPECT_EQ(result.at("pytorch").at("memory_peak_bytes"), 300'000'000);
}

}  // namespace
}  // namespace tilecast
