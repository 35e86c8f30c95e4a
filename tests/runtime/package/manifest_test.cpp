#include "runtime/package/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "test_package.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::NetworkBuilder;

// The manifest of a model with default schedules, in a directory that holds nothing else.
class ManifestTest : public ::testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(directory_.path() / kManifestFile) << text; }
  static nlohmann::json json_of(const ImportedModel& model, const ExecutionPlan& plan = {}) {
    std::vector<KernelSchedule> schedules(model.partition.tasks.size());
    schedules.front().seconds = 0.5;
    return manifest_json(model, schedules, {.name = "test", .threads = 3}, plan, {});
  }
  std::string message() const {
    const auto manifest = read_manifest(directory_.path());
    return manifest.ok() ? "" : manifest.error().message;
  }

  TempDirectory directory_ = *TempDirectory::create("manifest_test");
};

TEST_F(ManifestTest, DescribesCallsAndTheirKernels) {
  NetworkBuilder b;
  const auto layer = [&](NetworkId x) {
    const NetworkId product = b.op("dense", {x, b.weight("w", {16, 16})}, {4, 16});
    return b.op("relu", {product}, {4, 16});
  };
  b.output(layer(layer(b.input("x", {4, 16}))));
  const ImportedModel model = testing::imported(std::move(b.network));
  write(json_of(model).dump());
  const auto manifest = read_manifest(directory_.path());
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->name, "test");
  EXPECT_EQ(manifest->threads, 3);
  ASSERT_EQ(manifest->kernels.size(), 1U);
  const ManifestKernel& kernel = manifest->kernels.front();
  EXPECT_THAT(kernel.operators, ElementsAre("dense", "relu"));
  EXPECT_EQ(kernel.shape, (Shape{4, 16}));
  EXPECT_EQ(kernel.flops, 2 * 4 * 16 * 16);
  EXPECT_EQ(kernel.bytes_read, 4 * (4 * 16 + 16 * 16));
  EXPECT_EQ(kernel.bytes_written, 4 * 4 * 16);
  EXPECT_EQ(kernel.seconds, 0.5);
  ASSERT_EQ(manifest->calls.size(), 2U);
  EXPECT_EQ(manifest->calls[1].kernel, 0U);
  EXPECT_THAT(manifest->calls[0].operators, ElementsAre(HasSubstr("dense"), HasSubstr("relu")));
  EXPECT_EQ(manifest->calls[0].operators.back(), manifest->calls[0].name);
}

// A table of which a few rows are taken is not read as a whole.
TEST_F(ManifestTest, GatherReadsWhatItTakes) {
  NetworkBuilder b;
  const NetworkId ids = b.input("ids", {3}, DataType::kInt64);
  b.output(b.op("gather", {b.weight("table", {1000, 8}), ids}, {3, 8}, {{"axis", std::int64_t{0}}}));
  write(json_of(testing::imported(std::move(b.network))).dump());
  const auto manifest = read_manifest(directory_.path());
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->kernels.front().bytes_read, 3 * 8 * 4 + 3 * 8);
}

// A concatenation that its operands are written into is neither a call nor a kernel.
TEST_F(ManifestTest, NamesWhatIsInPlace) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {4, 16});
  const NetworkId a = b.op("dense", {x, b.weight("w", {16, 32})}, {4, 32});
  const NetworkId c = b.op("dense", {x, b.weight("w", {16, 32})}, {4, 32});
  b.output(b.op("concat", {a, c}, {4, 64}, {{"axis", std::int64_t{1}}}));
  const ImportedModel model = testing::imported(std::move(b.network));
  ASSERT_EQ(model.partition.calls.size(), 3U);
  ExecutionPlan plan;
  plan.in_place = {2};
  const nlohmann::json json = json_of(model, plan);
  EXPECT_EQ(json.at("in_place"), nlohmann::json{model.partition.calls.back().name});
  write(json.dump());
  const auto manifest = read_manifest(directory_.path());
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  ASSERT_EQ(manifest->kernels.size(), 1U);
  EXPECT_THAT(manifest->kernels.front().operators, ElementsAre("dense"));
  ASSERT_EQ(manifest->calls.size(), 2U);
  EXPECT_EQ(manifest->calls.back().name, model.partition.calls[1].name);
}

TEST_F(ManifestTest, SaysWhatIsWrong) {
  EXPECT_THAT(message(), HasSubstr("is no compiled model: it has no manifest.json"));
  write("{");
  EXPECT_THAT(message(), HasSubstr("manifest.json is damaged"));
  write(R"({"format": 1, "calls": 4})");
  EXPECT_THAT(message(), HasSubstr("has format 1, this program reads 2: compile the model again"));
  write(R"({"format": 2, "name": "x", "threads": 2, "kernels": [], "calls": [{"name": "y", "kernel": "z"}]})");
  EXPECT_THAT(message(), HasSubstr("a call names a kernel that is not there"));
}

}  // namespace
}  // namespace tilecast
