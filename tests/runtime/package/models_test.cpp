// The whole way, from an ONNX file to compiled code, for every test model.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "test_package.h"

namespace tilecast {
namespace {

using nlohmann::json;
using testing::Tensors;

const std::filesystem::path kModels = std::filesystem::path(TILECAST_SOURCE_DIR) / "models/tests";

// Those that compute something.
std::vector<json> cases() {
  std::ifstream stream(kModels / "index.json");
  std::vector<json> result;
  // Named: a loop over a part of a temporary would read what is gone.
  const json index = json::parse(stream);
  for (const json& test_case : index.at("cases")) {
    if (test_case.at("error").empty()) result.push_back(test_case);
  }
  return result;
}

std::string name_of(const json& test_case) {
  return test_case.at("name").get<std::string>();
}

Tensors read_tensors(const json& test_case, const std::string& kind) {
  Tensors tensors;
  for (const auto& name : test_case.at(kind + "s").get<std::vector<std::string>>()) {
    auto array = read_npy(kModels / name_of(test_case) / (kind + "_" + name + ".npy"));
    EXPECT_TRUE(array.ok()) << array.error().message;
    if (array.ok()) tensors[name] = *std::move(array);
  }
  return tensors;
}

class CompiledModel : public ::testing::TestWithParam<json> {};

TEST_P(CompiledModel, ComputesItsOutputs) {
  const json& test_case = GetParam();
  InputShapes shapes;
  for (const auto& [name, shape] : test_case.at("shapes").items()) shapes[name] = shape.get<Shape>();
  const auto model = import_onnx(kModels / name_of(test_case) / "model.onnx", shapes);
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto directory = *TempDirectory::create("models_test");
  const Status compiled = testing::compile_package(*model, directory.path() / "model");
  ASSERT_TRUE(compiled.ok()) << compiled.error().message;
  const auto package = LoadedPackage::open(directory.path() / "model");
  ASSERT_TRUE(package.ok()) << package.error().message;
  auto instance = PackageInstance::create(*package, 2);
  ASSERT_TRUE(instance.ok()) << instance.error().message;
  const auto outputs = testing::run_package(*package, *instance, read_tensors(test_case, "input"));
  ASSERT_TRUE(outputs.ok()) << outputs.error().message;
  EXPECT_LE(testing::largest_difference(*outputs, read_tensors(test_case, "output")),
            test_case.at("tolerance").get<double>());
}

INSTANTIATE_TEST_SUITE_P(All, CompiledModel, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace
}  // namespace tilecast
