// tilecast bench models, on test models, with the onnxruntime that scripts/install-deps installs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "run_program.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::run_tilecast;

const std::string kSource = TILECAST_SOURCE_DIR;
const std::string kPeer = " --python " + kSource + "/.deps/venv/bin/python --scripts " + kSource + "/scripts/models";

class BenchModels : public ::testing::Test {
 protected:
  // A test model under a name of its own, as a suite has them.
  std::string model(const std::string& name) const {
    const fs::path file = suite() / (name + ".onnx");
    fs::create_directories(suite());
    fs::copy_file(kSource + "/models/tests/" + name + "/model.onnx", file, fs::copy_options::overwrite_existing);
    return file;
  }
  fs::path suite() const { return directory_.path() / "suite"; }

  TempDirectory directory_ = *TempDirectory::create("bench_models_test");
};

TEST_F(BenchModels, ComparesTwoModels) {
  const auto result =
      run_tilecast("bench models " + model("mlp") + " " + model("attention") + kPeer + " --blocks 2 --runs 3 --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("mlp: 0 of 3 tasks tuned, onnxruntime "));
  EXPECT_THAT(result.output, HasSubstr("geometric mean of the ratios"));
  const auto json = nlohmann::json::parse(result.last_line());
  EXPECT_GT(json.at("peak_gflops").get<double>(), 0);
  ASSERT_EQ(json.at("results").size(), 2U);
  double product = 1;
  for (const auto& entry : json["results"]) {
    const double ratio = entry.at("ratio").get<double>();
    EXPECT_NEAR(ratio, entry.at("tilecast_seconds").get<double>() / entry.at("onnxruntime_seconds").get<double>(),
                1e-9 * ratio);
    EXPECT_LE(entry.at("ratio_low").get<double>(), entry.at("ratio_high").get<double>());
    EXPECT_LT(entry.at("relative_error").get<double>(), 1e-4);
    EXPECT_GT(entry.at("share_of_peak").get<double>(), 0);
    for (const char* side : {"tilecast", "onnxruntime"}) {
      const auto& sizes = entry.at(side);
      EXPECT_GT(sizes.at("shipped_bytes").get<double>(), 0);
      EXPECT_GE(sizes.at("memory_peak_bytes").get<double>(), sizes.at("memory_before_bytes").get<double>());
      EXPECT_GT(sizes.at("memory_before_bytes").get<double>(), 0);
    }
    product *= ratio;
  }
  EXPECT_NEAR(json.at("geometric_mean_ratio").get<double>(), std::sqrt(product), 1e-9);
}

TEST_F(BenchModels, TakesASuiteRecordsAndInputs) {
  model("mlp");
  model("attention");
  const fs::path logs = directory_.path() / "logs";
  fs::create_directory(logs);
  const auto tuned = run_tilecast("tune " + model("mlp") + " --trials 3 --records " + (logs / "mlp.jsonl").string());
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  const auto result =
      run_tilecast("bench models --suite " + suite().string() + " --only mlp --records " + logs.string() + kPeer +
                   " --input x=" + kSource + "/models/tests/mlp/input_x.npy --blocks 1 --runs 1 --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr(" of 3 tasks tuned"));
  EXPECT_THAT(result.output, ::testing::Not(HasSubstr("mlp: 0 of 3")));
  const auto json = nlohmann::json::parse(result.last_line());
  ASSERT_EQ(json.at("results").size(), 1U);
  EXPECT_EQ(json["results"][0].at("model"), "mlp");
}

// A third side, whose script is onnxruntime's here: PyTorch need not be installed.
TEST_F(BenchModels, ThreeSidesTakeTurns) {
  const fs::path scripts = directory_.path() / "scripts";
  fs::copy(kSource + "/scripts/models", scripts, fs::copy_options::recursive);
  fs::copy_file(scripts / "onnxruntime_peer.py", scripts / "pytorch_peer.py", fs::copy_options::overwrite_existing);
  const std::string python = kSource + "/.deps/venv/bin/python";
  const auto result =
      run_tilecast("bench models " + model("mlp") + " --pytorch --channels-last --python " + python +
                   " --pytorch-python " + python + " --scripts " + scripts.string() + " --blocks 2 --runs 2 --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("pytorch ms"));
  EXPECT_THAT(result.output, HasSubstr(", to pytorch "));
  const auto json = nlohmann::json::parse(result.last_line());
  ASSERT_EQ(json.at("results").size(), 1U);
  const auto& entry = json["results"][0];
  const double ratio = entry.at("tilecast_seconds").get<double>() / entry.at("pytorch_seconds").get<double>();
  EXPECT_NEAR(entry.at("ratio_to_pytorch").get<double>(), ratio, 1e-9 * ratio);
  EXPECT_NEAR(json.at("geometric_mean_ratio_to_pytorch").get<double>(), ratio, 1e-9 * ratio);
  EXPECT_LT(entry.at("pytorch").at("relative_error").get<double>(), 1e-4);
  EXPECT_GT(entry.at("pytorch").at("shipped_bytes").get<double>(), 0);
}

// The model that fails costs its row; the others are measured, and the exit code is not 0.
TEST_F(BenchModels, OutputsThatDifferAreAnError) {
  const fs::path compiled = directory_.path() / "other";
  // The same inputs and outputs, another axis.
  ASSERT_EQ(run_tilecast("compile " + model("layer_norm_middle_axis") + " -o " + compiled.string()).exit_code, 0);
  ASSERT_EQ(run_tilecast("compile " + model("mlp") + " -o " + (directory_.path() / "mlp").string()).exit_code, 0);
  const auto result =
      run_tilecast("bench models " + model("layer_norm") + " " + model("mlp") + " --compiled " + compiled.string() +
                   " " + (directory_.path() / "mlp").string() + kPeer + " --blocks 1 --runs 1 --json");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output, HasSubstr("layer_norm: output y differs from onnxruntime's by "));
  const auto json = nlohmann::json::parse(result.last_line());
  ASSERT_EQ(json.at("results").size(), 1U);
  EXPECT_EQ(json["results"][0].at("model"), "mlp");
}

TEST_F(BenchModels, SaysWhatIsWrongInOneLine) {
  const std::string mlp = model("mlp");
  const std::vector<std::pair<std::string, const char*>> cases = {
      {mlp + " --python /nonexistent/python", "cannot start /nonexistent/python"},
      {mlp + " --python /bin/false --input x=" + kSource + "/models/tests/mlp/input_x.npy --scripts " + kSource +
           "/scripts/models",
       "onnxruntime's process ended (exit code 1)"},
      {mlp + " --scripts /nonexistent" + " --input x=" + kSource + "/models/tests/mlp/input_x.npy",
       "there is no /nonexistent/onnxruntime_peer.py"},
      {mlp + kPeer + " --pytorch --pytorch-python /nonexistent/python3",
       "cannot start /nonexistent/python3: exec: No such file or directory: apt-get install python3-torch"},
      {mlp + kPeer + " --compiled /nonexistent", "/nonexistent is no compiled model"},
      {mlp + kPeer + " --records /nonexistent", "cannot read records from /nonexistent"},
      {mlp + kPeer + " --records a --records b", "2 --records for 1 models"},
      {mlp + kPeer + " --compiled a b", "2 --compiled for 1 models"},
      {mlp + kPeer + " --only nothing", "there is no model \"nothing\""},
      {mlp + kPeer + " --input nothing=/x.npy", "the model has no input nothing"},
      {mlp + " " + mlp + kPeer + " --input x=/x.npy", "the inputs of one model can be given"},
      {"/nonexistent.onnx" + kPeer, "/nonexistent.onnx: cannot read it"},
      {"--suite /nonexistent" + kPeer, "/nonexistent has no ONNX models"}};
  std::vector<std::pair<std::string, const char*>> commands;
  for (const auto& [arguments, message] : cases) commands.emplace_back("bench models " + arguments, message);
  testing::expect_one_line_errors(commands);
}

}  // namespace
}  // namespace tilecast
