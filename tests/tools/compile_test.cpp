// tilecast compile and tilecast run, from a suite to files of outputs, compared with the interpreter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "../runtime/package/test_package.h"
#include "base/temp_directory.h"
#include "frontend/suite.h"
#include "ir/npy.h"
#include "run_program.h"
#include "runtime/package/task_model.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::run_tilecast;
using testing::Tensors;

// Two of the same shape, so that a kernel serves two calls; one with a second input; one without constants.
constexpr const char* kSuite = R"({"subgraphs": [
  {"name": "conv", "op": "conv2d", "c_in": 8, "h": 9, "w": 7, "c_out": 16, "kernel": [3, 3], "stride": 1, "pad": 1,
   "epilogue": ["bias", "residual", "relu"]},
  {"name": "fc", "op": "dense", "m": 5, "k": 24, "n": 20, "epilogue": ["bias"]},
  {"name": "fc_again", "op": "dense", "m": 5, "k": 24, "n": 20, "epilogue": ["bias"]},
  {"name": "rows", "op": "softmax", "shape": [6, 33]}]})";
constexpr std::uint64_t kSeed = 5;

class CompileCommand : public ::testing::Test {
 protected:
  CompileCommand() { std::ofstream(suite()) << kSuite; }

  std::string suite() const { return directory_.path() / "suite.json"; }
  std::string model() const { return directory_.path() / "model"; }
  std::string outputs() const { return directory_.path() / "outputs"; }
  testing::ProgramResult compile(const std::string& options = "") const {
    return run_tilecast("compile " + suite() + " -o " + model() + " --seed " + std::to_string(kSeed) + " " + options);
  }
  // What the command line compiles.
  ImportedModel same_model() const { return model_of_tasks(*read_suite(suite()), kSeed); }
  std::string input_options(const Tensors& inputs) const {
    std::string options;
    for (const auto& [name, tensor] : inputs) {
      const fs::path file = directory_.path() / (name + ".npy");
      EXPECT_TRUE(write_npy(file, tensor.type, tensor.bytes).ok());
      options += " --input " + name + "=" + file.string();
    }
    return options;
  }
  Tensors read_outputs(const Network& network) const {
    Tensors tensors;
    for (const NetworkOutput& output : network.outputs) {
      const auto array = read_npy(fs::path(outputs()) / (output.name + ".npy"));
      EXPECT_TRUE(array.ok()) << array.error().message;
      if (array.ok()) tensors[output.name] = *array;
    }
    return tensors;
  }

  TempDirectory directory_ = *TempDirectory::create("compile_test");
};

TEST_F(CompileCommand, RunsWhatItCompiled) {
  const auto compiled = compile();
  ASSERT_EQ(compiled.exit_code, 0) << compiled.output;
  EXPECT_THAT(compiled.output, HasSubstr("3 of 3 tasks have no record with 2 threads"));
  EXPECT_THAT(compiled.output, HasSubstr("3 kernels, 4 calls"));
  const ImportedModel same = same_model();
  const Tensors inputs = testing::random_inputs(same.network, 1);
  const auto ran = run_tilecast("run " + model() + input_options(inputs) + " --output " + outputs() +
                                " --repeat 7 --threads 2 --json");
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const auto json = nlohmann::json::parse(ran.last_line());
  EXPECT_EQ(json.at("samples").size(), 7U);
  EXPECT_GT(json.at("median_seconds").get<double>(), 0);
  const auto want = testing::expected_outputs(same.network, inputs);
  ASSERT_TRUE(want.ok()) << want.error().message;
  EXPECT_LT(testing::largest_difference(read_outputs(same.network), *want), 1e-4);
}

TEST_F(CompileCommand, TakesTheRecordsOfItsThreads) {
  const std::string log = directory_.path() / "log.jsonl";
  const auto tuned = run_tilecast("tune " + suite() + " --only fc --trials 6 --threads 2 --records " + log);
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  const auto other = compile("--threads 1 --records " + log);
  EXPECT_THAT(other.output, HasSubstr("3 of 3 tasks have no record with 1 threads"));
  const auto compiled = compile("--threads 2 --records " + log);
  ASSERT_EQ(compiled.exit_code, 0) << compiled.output;
  EXPECT_THAT(compiled.output, HasSubstr("2 of 3 tasks have no record with 2 threads"));
  std::ifstream file(fs::path(model()) / "manifest.json");
  const auto kernels = nlohmann::json::parse(file).at("kernels");
  for (const auto& kernel : kernels) {
    const bool is_tuned = kernel.at("name") == "fc";
    EXPECT_EQ(kernel.at("schedule"), is_tuned ? "tuned" : "default");
    EXPECT_EQ(kernel.at("seconds").is_number(), is_tuned);
  }
  // The tuned schedule computes the same.
  const ImportedModel same = same_model();
  const Tensors inputs = testing::random_inputs(same.network, 2);
  const auto ran = run_tilecast("run " + model() + input_options(inputs) + " --output " + outputs());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_LT(testing::largest_difference(read_outputs(same.network), *testing::expected_outputs(same.network, inputs)),
            1e-4);
}

TEST_F(CompileCommand, TunesCompilesAndRunsAnOnnxModel) {
  const std::string folder = std::string(TILECAST_SOURCE_DIR) + "/models/tests/mlp/";
  const std::string log = directory_.path() / "log.jsonl";
  const auto tuned = run_tilecast("tune " + folder + "model.onnx --trials 9 --json --records " + log);
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  const auto summary = nlohmann::json::parse(tuned.last_line());
  EXPECT_EQ(summary.at("trials"), 9);
  EXPECT_EQ(summary.at("errors"), 0);
  EXPECT_EQ(summary.at("tasks").size(), 3U);
  const auto compiled = run_tilecast("compile " + folder + "model.onnx -o " + model() + " --records " + log);
  ASSERT_EQ(compiled.exit_code, 0) << compiled.output;
  const auto ran = run_tilecast("run " + model() + " --input x=" + folder + "input_x.npy --output " + outputs());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const auto got = read_npy(fs::path(outputs()) / "y.npy");
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_LT(testing::largest_difference({{"y", *got}}, {{"y", *read_npy(folder + "output_y.npy")}}), 1e-4);
}

TEST_F(CompileCommand, PythonRunsWhatItCompiled) {
  const std::string source = TILECAST_SOURCE_DIR;
  const std::string folder = source + "/models/tests/mlp/";
  ASSERT_EQ(run_tilecast("compile " + folder + "model.onnx -o " + model()).exit_code, 0);
  std::ofstream(directory_.path() / "run.py") << "import sys\n"
                                                 "from pathlib import Path\n"
                                                 "import numpy as np\n"
                                                 "from compiled_model import CompiledModel\n"
                                                 "model = CompiledModel(Path(sys.argv[1]), 2)\n"
                                                 "model.set_inputs({'x': np.load(sys.argv[2])})\n"
                                                 "assert model.run() > 0\n"
                                                 "np.save(sys.argv[3], model.outputs()['y'])\n";
  const std::string result = directory_.path() / "y.npy";
  const auto ran = testing::run_shell("PYTHONPATH=" + source + "/scripts/models " + source + "/.deps/venv/bin/python " +
                                      (directory_.path() / "run.py").string() + " " + model() + " " + folder +
                                      "input_x.npy " + result);
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_LT(testing::largest_difference({{"y", *read_npy(result)}}, {{"y", *read_npy(folder + "output_y.npy")}}), 1e-4);
}

TEST_F(CompileCommand, RandomInputsFollowTheSeed) {
  ASSERT_EQ(compile("--only rows").exit_code, 0);
  std::vector<std::vector<std::byte>> results;
  for (const char* seed : {"3", "3", "4"}) {
    const auto ran = run_tilecast("run " + model() + " --random-inputs --seed " + seed + " --output " + outputs());
    ASSERT_EQ(ran.exit_code, 0) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(std::string("seed ") + seed));
    results.push_back(read_npy(fs::path(outputs()) / "rows.npy")->bytes);
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_NE(results[0], results[2]);
}

TEST_F(CompileCommand, SaysWhatIsWrongInOneLine) {
  ASSERT_EQ(compile().exit_code, 0);
  ASSERT_TRUE(write_npy(directory_.path() / "short.npy", {DataType::kFloat32, {3}}, std::vector<std::byte>(12)).ok());
  const std::string onnx = std::string(TILECAST_SOURCE_DIR) + "/models/tests/mlp/model.onnx";
  const std::string short_file = directory_.path() / "short.npy";
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"run " + model(), "no data for input conv.x, conv.residual, fc.x, fc_again.x, rows.x"},
      {"run " + model() + " --input nothing=" + short_file, "the model has no input nothing; it has conv.x"},
      {"run " + model() + " --input rows.x", "NAME=FILE.npy is expected"},
      {"run " + model() + " --input rows.x=" + short_file, "is float32 3, input rows.x is float32 6x33"},
      {"run " + model() + " --input rows.x=/nonexistent.npy", "cannot read /nonexistent.npy"},
      {"run " + model() + " --random-inputs --threads 2000", "1 to 1024 are possible"},
      {"run " + model() + " --random-inputs --output /dev/null/x", "cannot create /dev/null/x"},
      {"run /nonexistent", "/nonexistent is no compiled model"},
      {"compile " + suite() + " -o " + suite(), "choose another directory"},
      {"compile " + suite() + " -o " + model() + " --records /nonexistent", "cannot read records from /nonexistent"},
      {"compile " + suite() + " -o " + model() + " --weights-limit 0.001",
       " MB with the smallest programs that are known, more than the 0.001 MB allowed"},
      {"tune " + suite() + " --trials 1 --records " + model() + ".jsonl --weights-limit 0.001",
       " MB with the smallest programs that are known, more than the 0.001 MB allowed"},
      {"tasks " + onnx + " --only nothing", "has no task \"nothing\""},
      {"compile " + onnx + " --only nothing -o " + model(), "an ONNX model is compiled whole"},
      {"compile " + suite() + " --only nothing -o " + model(), "has no subgraph \"nothing\""}};
  testing::expect_one_line_errors(cases);
}

}  // namespace
}  // namespace tilecast
