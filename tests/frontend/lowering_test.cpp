#include "frontend/lowering/lowering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "frontend/onnx_reader.h"
#include "network_evaluator.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kModels = std::filesystem::path(TILECAST_SOURCE_DIR) / "models/tests";

std::vector<nlohmann::json> cases() {
  std::ifstream stream(kModels / "index.json");
  return nlohmann::json::parse(stream).at("cases").get<std::vector<nlohmann::json>>();
}

InputShapes shapes_of(const nlohmann::json& test_case) {
  InputShapes shapes;
  for (const auto& [name, shape] : test_case.at("shapes").items()) shapes[name] = shape.get<Shape>();
  return shapes;
}

Result<Network> read_and_lower(const nlohmann::json& test_case) {
  TILECAST_TRY(const Model model,
               read_onnx(kModels / test_case.at("name").get<std::string>() / "model.onnx", shapes_of(test_case)));
  return lower_model(model);
}

// The largest difference, relative to the largest expected value.
double relative_error(const NpyArray& got, const NpyArray& want) {
  const auto g = to_numbers(got.type.dtype, got.bytes);
  const auto w = to_numbers(want.type.dtype, want.bytes);
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (std::isnan(g[i])) return INFINITY;
    difference = std::max(difference, std::abs(g[i] - w[i]));
    largest = std::max(largest, std::abs(w[i]));
  }
  return difference / std::max(largest, 1e-30);
}

class TestModel : public ::testing::TestWithParam<nlohmann::json> {};

TEST_P(TestModel, ComputesItsOutputsOrSaysWhyNot) {
  const nlohmann::json& test_case = GetParam();
  const auto network = read_and_lower(test_case);
  if (!test_case.at("error").empty()) {
    ASSERT_FALSE(network.ok());
    for (const auto& part : test_case["error"])
      EXPECT_THAT(network.error().message, HasSubstr(part.get<std::string>()));
    return;
  }
  ASSERT_TRUE(network.ok()) << network.error().message;
  const auto folder = kModels / test_case.at("name").get<std::string>();
  std::map<std::string, NpyArray> inputs;
  for (const auto& name : test_case.at("inputs").get<std::vector<std::string>>()) {
    auto array = read_npy(folder / ("input_" + name + ".npy"));
    ASSERT_TRUE(array.ok()) << array.error().message;
    inputs[name] = *std::move(array);
  }
  const auto outputs = evaluate_network(*network, inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.error().message;
  const auto names = test_case.at("outputs").get<std::vector<std::string>>();
  ASSERT_EQ(outputs->size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(network->outputs[i].name, names[i]);
    const auto want = read_npy(folder / ("output_" + names[i] + ".npy"));
    ASSERT_TRUE(want.ok()) << want.error().message;
    ASSERT_EQ(shape_to_string((*outputs)[i].type.shape), shape_to_string(want->type.shape)) << names[i];
    EXPECT_LE(relative_error((*outputs)[i], *want), test_case.at("tolerance").get<double>()) << names[i];
  }
}

std::string case_name(const ::testing::TestParamInfo<nlohmann::json>& test) {
  return test.param.at("name").get<std::string>();
}

INSTANTIATE_TEST_SUITE_P(All, TestModel, ::testing::ValuesIn(cases()), case_name);

}  // namespace
}  // namespace tilecast
