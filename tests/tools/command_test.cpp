#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "run_program.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using testing::run_tilecast;

const std::string kSuite = std::string(TILECAST_SOURCE_DIR) + "/data/subgraphs.json";
const std::string kModels = std::string(TILECAST_SOURCE_DIR) + "/models/tests";

TEST(Commands, EachHasHelp) {
  for (const char* command : {"",
                              "tasks",
                              "tune",
                              "show",
                              "bench",
                              "bench subgraphs",
                              "bench evaluators",
                              "bench models",
                              "bench ranking",
                              "bench search",
                              "bench search-models",
                              "eval",
                              "eval rollouts",
                              "collect",
                              "dataset",
                              "dataset tasks",
                              "dataset pack",
                              "dataset show",
                              "dataset states",
                              "compile",
                              "run",
                              "profile",
                              "probe",
                              "operators"}) {
    const auto result = run_tilecast(std::string(command) + " --help");
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_THAT(result.output, HasSubstr("--help")) << command;
  }
}

TEST(Commands, TasksEndsWithJson) {
  const auto result = run_tilecast("tasks " + kSuite + " --only r50_fc,bert_ln --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto json = nlohmann::json::parse(result.last_line());
  ASSERT_EQ(json.at("tasks").size(), 2U);
  EXPECT_EQ(json["tasks"][0].at("name"), "r50_fc");
  EXPECT_EQ(json["tasks"][0].at("flops"), 4096000);
}

TEST(Commands, OperatorsEndsWithJson) {
  const auto result = run_tilecast("operators --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("StringNormalizer            10                not supported"));
  const auto json = nlohmann::json::parse(result.last_line());
  EXPECT_GT(json.at("operators").size(), 150U);
  EXPECT_EQ(json["operators"][0].at("name"), "Abs");
  EXPECT_EQ(json["operators"][0].at("supported"), true);
}

TEST(Commands, BenchEvaluatorsComparesThemWithLowering) {
  const auto result = run_tilecast("bench evaluators " + kSuite +
                                   " --only bert_ln,r50_fc --candidates 64 --lowered 2 --rounds 2 --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto results = nlohmann::json::parse(result.last_line()).at("results");
  for (const char* name : {"random", "actions", "static", "lowering"}) {
    EXPECT_GT(results.at(name).at("candidates_per_second").get<double>(), 0) << name;
  }
  EXPECT_GT(results.at("static").at("times_lowering").get<double>(), 1);
}

TEST(Commands, TuneResumesAndShowPrintsTheBest) {
  const TempDirectory directory = *TempDirectory::create("command_test");
  const std::string log = directory.path() / "log.jsonl";
  const std::string tune = "tune " + kSuite + " --only mv2_dw_14 --records " + log + " --json --trials ";
  const auto first = run_tilecast(tune + "12");
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const auto json = nlohmann::json::parse(first.last_line());
  EXPECT_EQ(json.at("trials"), 12);
  EXPECT_EQ(json.at("tasks")[0].at("trials"), 12);
  EXPECT_GT(json["tasks"][0].at("best_seconds").get<double>(), 0);
  const auto second = run_tilecast(tune + "20 --warm-start " + log);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_EQ(nlohmann::json::parse(second.last_line()).at("trials"), 20);
  const auto bench =
      run_tilecast("bench subgraphs --suite " + kSuite + " --only mv2_dw_14 --trials 4 --warm-start " + log);
  ASSERT_EQ(bench.exit_code, 0) << bench.output;
  EXPECT_THAT(bench.output, HasSubstr("evaluator world-model, pretrained"));
  const auto shown = run_tilecast("show " + log);
  ASSERT_EQ(shown.exit_code, 0) << shown.output;
  for (const char* part : {"-- actions", "-- program", "-- Halide C++", "vectorize("}) {
    EXPECT_THAT(shown.output, HasSubstr(part));
  }
}

TEST(Commands, WithoutAModelTheWayOutIsNamed) {
  const TempDirectory directory = *TempDirectory::create("command_test");
  const std::string program = directory.path() / "tilecast";
  std::filesystem::copy_file(std::string(TILECAST_BINARY_DIR) + "/tilecast", program);
  const std::string log = directory.path() / "log.jsonl";
  const auto result = testing::run_shell(program + " tune " + kSuite + " --only bert_ln --trials 1 --records " + log);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("there is no world model " + directory.path().string()));
  EXPECT_THAT(result.output, HasSubstr("or take --evaluator static\n"));
  EXPECT_EQ(result.output, result.last_line() + "\n");
}

struct BadCommand {
  std::string arguments;
  const char* message;
};
void PrintTo(const BadCommand& c, std::ostream* out) {
  *out << c.arguments;
}

class BadCommandTest : public ::testing::TestWithParam<BadCommand> {};

// One line that says what is wrong, and a non-zero exit.
TEST_P(BadCommandTest, IsOneLineAndNonZero) {
  const auto result = run_tilecast(GetParam().arguments);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_LT(result.exit_code, 128) << "ended by a signal";
  EXPECT_THAT(result.output, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Arguments, BadCommandTest,
    ::testing::Values(BadCommand{"tasks /nonexistent.json", "cannot read /nonexistent.json"},
                      BadCommand{"tasks /dev/null", "is not a suite"},
                      BadCommand{"tasks " + kSuite + " --only nothing", "has no subgraph \"nothing\""},
                      BadCommand{"tasks /nonexistent.onnx", "/nonexistent.onnx: cannot read it"},
                      BadCommand{"tasks " + kModels + "/symbolic_batch/model.onnx", "fix them with --shape x="},
                      BadCommand{"tasks " + kModels + "/symbolic_batch/model.onnx --shape x", "NAME=1,3,224,224"},
                      BadCommand{"tune " + kSuite + " --records /tmp/x", "give --trials or --time"},
                      BadCommand{"tune " + kSuite + " --trials 0 --records /tmp/x", "--trials"},
                      BadCommand{"tune " + kSuite + " --only r50_fc --trials 1 --records /nonexistent/x",
                                 "cannot open the record log /nonexistent/x"},
                      BadCommand{"tune " + kSuite + " --trials 1 --records /tmp/x --evaluator oracle", "--evaluator"},
                      BadCommand{"show /nonexistent", "cannot read records from /nonexistent"},
                      BadCommand{"show /dev/null", "has no measured candidate"}));

}  // namespace
}  // namespace tilecast
