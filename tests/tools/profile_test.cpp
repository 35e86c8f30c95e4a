// tilecast profile, on a compiled test model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "run_program.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::run_tilecast;

const std::string kModel = std::string(TILECAST_SOURCE_DIR) + "/models/tests/residual_block/model.onnx";

class ProfileCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TempDirectory>(*TempDirectory::create("profile_command_test"));
    const auto compiled = run_tilecast("compile " + kModel + " -o " + model());
    ASSERT_EQ(compiled.exit_code, 0) << compiled.output;
  }
  static void TearDownTestSuite() { directory_.reset(); }
  static std::string model() { return directory_->path() / "model"; }

  static std::unique_ptr<TempDirectory> directory_;
};
std::unique_ptr<TempDirectory> ProfileCommand::directory_;

nlohmann::json json_of(const testing::ProgramResult& result) {
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return nlohmann::json::parse(result.last_line());
}

TEST_F(ProfileCommand, PrintsCallsAndTotals) {
  const auto result = run_tilecast("profile " + model() + " --repeat 3 --threads 1 --json");
  const auto json = json_of(result);
  EXPECT_THAT(result.output, HasSubstr("GFLOP/s  of peak"));
  EXPECT_THAT(result.output, HasSubstr("medians of 3 runs, 1 threads"));
  EXPECT_EQ(json.at("runs"), 3);
  EXPECT_EQ(json.at("threads"), 1);
  ASSERT_GT(json.at("rows").size(), 1U);
  double sum = 0;
  double before = std::numeric_limits<double>::infinity();
  for (const auto& row : json["rows"]) {
    EXPECT_FALSE(row.at("nodes").empty());
    EXPECT_THAT(result.output, HasSubstr(row.at("task").get<std::string>()));
    EXPECT_LE(row.at("seconds").get<double>(), before) << "not in the order of time";
    before = row.at("seconds").get<double>();
    sum += before;
  }
  EXPECT_NEAR(json.at("calls_seconds").get<double>(), sum, 1e-12);
}

TEST_F(ProfileCommand, OrdersAndGroupsAsAsked) {
  const auto calls = json_of(run_tilecast("profile " + model() + " --repeat 2 --order execution --json")).at("rows");
  const auto manifest = nlohmann::json::parse(std::ifstream(fs::path(model()) / "manifest.json"));
  ASSERT_EQ(calls.size(), manifest.at("calls").size());
  for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(calls[i].at("name"), manifest["calls"][i].at("name"));
  const auto tasks = json_of(run_tilecast("profile " + model() + " --repeat 2 --by task --json")).at("rows");
  EXPECT_EQ(tasks.size(), manifest.at("kernels").size());
  std::size_t counted = 0;
  for (const auto& task : tasks) counted += task.at("calls").get<std::size_t>();
  EXPECT_EQ(counted, calls.size());
}

TEST_F(ProfileCommand, WritesAPage) {
  const fs::path page = directory_->path() / "page.html";
  const auto result = run_tilecast("profile " + model() + " --repeat 2 --html " + page.string());
  ASSERT_EQ(result.exit_code, 0) << result.output;
  std::ifstream stream(page);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_THAT(text, HasSubstr("class=\"bar\""));
  EXPECT_THAT(text, ::testing::EndsWith("</html>\n"));
}

TEST_F(ProfileCommand, SaysWhatIsWrongInOneLine) {
  const fs::path old = directory_->path() / "old";
  fs::copy(model(), old, fs::copy_options::recursive);
  std::ofstream(old / "manifest.json") << R"({"format": 1})";
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"profile /nonexistent", "/nonexistent is no compiled model"},
      {"profile " + old.string(), "has format 1, this program reads 2: compile the model again"},
      {"profile " + model() + " --input nothing=/x.npy", "the model has no input nothing"},
      {"profile " + model() + " --repeat 1 --html /nonexistent/page.html", "cannot write /nonexistent/page.html"}};
  testing::expect_one_line_errors(cases);
}

}  // namespace
}  // namespace tilecast
