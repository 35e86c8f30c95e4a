#include "frontend/dataset_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "base/text_file.h"
#include "frontend/import.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

const std::string kModels = std::string(TILECAST_SOURCE_DIR) + "/models/tests";
const DatasetTaskLimits kAll{.least_flops = 0, .most_flops = 1e18};

Json model(const std::string& test, const std::string& network, bool held_out = false) {
  return {{"file", kModels + "/" + test + "/model.onnx"},
          {"name", test},
          {"network", network},
          {"kind", "vision"},
          {"held_out", held_out}};
}

class DatasetTasksTest : public ::testing::Test {
 protected:
  Result<DatasetTaskList> list(const Json& index, const DatasetTaskLimits& limits = kAll) {
    EXPECT_TRUE(write_text(file_, index.dump()).ok());
    return list_dataset_tasks(file_, limits);
  }
  TempDirectory directory_ = *TempDirectory::create("dataset_tasks_test");
  std::filesystem::path file_ = directory_.path() / "index.json";
};

TEST_F(DatasetTasksTest, EachTaskIsThereOnceWithAllItsUses) {
  const auto result = list({{"models", {model("mlp", "a"), model("residual_block", "b"), model("mlp", "c", true)}},
                            {"apart", Json::array()}});
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto mlp = import_onnx(kModels + "/mlp/model.onnx");
  const auto block = import_onnx(kModels + "/residual_block/model.onnx");
  ASSERT_TRUE(mlp.ok() && block.ok());
  EXPECT_EQ(result->dataset.tasks.size(), mlp->partition.tasks.size() + block->partition.tasks.size());
  for (const WeightedTask& task : mlp->partition.tasks) {
    const DatasetTask& listed = result->dataset.tasks.at(task.task.key);
    EXPECT_EQ(listed.split, DatasetSplit::kHeldOut) << "it occurs in a network that is held out";
    const std::vector<NetworkUse> expected{{"a", "vision", "mlp", task.weight}, {"c", "vision", "mlp", task.weight}};
    EXPECT_EQ(listed.uses, expected);
  }
  for (const WeightedTask& task : block->partition.tasks) {
    EXPECT_EQ(result->dataset.tasks.at(task.task.key).split, split_of(task.task.key, false));
  }
  EXPECT_EQ(result->kept_apart, 0U);
}

TEST_F(DatasetTasksTest, TasksOfModelsAndSuitesThatAreKeptApartAreLeftOut) {
  const Json models{model("mlp", "a"), model("residual_block", "b")};
  const auto all = list({{"models", models}, {"apart", Json::array()}});
  const auto result = list({{"models", models}, {"apart", {kModels + "/mlp/model.onnx"}}});
  ASSERT_TRUE(all.ok() && result.ok());
  const auto mlp = import_onnx(kModels + "/mlp/model.onnx");
  EXPECT_EQ(result->kept_apart, mlp->partition.tasks.size());
  EXPECT_EQ(result->dataset.tasks.size(), all->dataset.tasks.size() - mlp->partition.tasks.size());
  for (const WeightedTask& task : mlp->partition.tasks) EXPECT_FALSE(result->dataset.tasks.contains(task.task.key));
  const auto with_suite =
      list({{"models", models}, {"apart", {std::string(TILECAST_SOURCE_DIR) + "/data/subgraphs.json"}}});
  ASSERT_TRUE(with_suite.ok()) << with_suite.error().message;
}

TEST_F(DatasetTasksTest, TasksOutsideTheLimitsAreLeftOut) {
  const Json index{{"models", {model("mlp", "a")}}, {"apart", Json::array()}};
  const auto result = list(index, {.least_flops = 1e15, .most_flops = 1e18});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->dataset.tasks.empty());
  EXPECT_GT(result->outside_limits, 0U);
}

TEST_F(DatasetTasksTest, ErrorsNameFileAndNetwork) {
  const auto error_of = [&](const Json& index) {
    const auto result = list(index);
    return result.ok() ? "" : result.error().message;
  };
  EXPECT_THAT(error_of({{"models", {model("mlp", "a"), model("mlp", "a", true)}}, {"apart", Json::array()}}),
              HasSubstr("index.json: network a is both held out and not"));
  EXPECT_THAT(error_of({{"models", 7}}), HasSubstr("index.json is not an index of models: "));
  EXPECT_THAT(error_of({{"models", Json::array()}, {"apart", {"missing.onnx"}}}),
              HasSubstr("missing.onnx: cannot read"));
  const auto missing = list_dataset_tasks("/nonexistent");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "cannot read /nonexistent: No such file or directory");
}

}  // namespace
}  // namespace tilecast
