// tilecast bench search-models, on small models with few trials.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "base/text_file.h"
#include "run_program.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_tilecast;

const std::string kSource = TILECAST_SOURCE_DIR;
const std::string kPython = kSource + "/.deps/venv/bin/python";

class BenchSearchModels : public ::testing::Test {
 protected:
  // A test model under a name of its own.
  std::string model(const std::string& name) const {
    const fs::path file = directory_.path() / "models" / (name + ".onnx");
    fs::create_directories(file.parent_path());
    fs::copy_file(kSource + "/models/tests/" + name + "/model.onnx", file, fs::copy_options::overwrite_existing);
    return file;
  }
  // What comes behind the models.
  std::string options() const { return " --records " + records().string() + " -o " + output().string(); }
  std::string measuring() const { return options() + " --blocks 2 --runs 2"; }
  fs::path records() const { return directory_.path() / "a" / "logs"; }
  fs::path output() const { return directory_.path() / "b" / "results"; }
  std::string text_of(const fs::path& file) const { return read_text(file).ok() ? *read_text(file) : ""; }
  std::string report(const std::string& name) const { return text_of(output() / name); }
  nlohmann::json json() const { return nlohmann::json::parse(report("models.json")); }
  std::size_t lines_with(const std::string& log, const std::string& part) const {
    std::ifstream stream(records() / log);
    std::size_t lines = 0;
    for (std::string line; std::getline(stream, line);) lines += line.find(part) != std::string::npos ? 1 : 0;
    return lines;
  }
  std::size_t records_of(const std::string& log) const { return lines_with(log, "\"type\":\"record\""); }

  TempDirectory directory_ = *TempDirectory::create("bench_search_models_test");
};

TEST_F(BenchSearchModels, TunesTimesGoesOnAndReports) {
  const std::string command = "bench search-models " + model("mlp") + " " + model("layer_norm") + measuring() +
                              " --seeds 2 --judge static:2 --judge random:1";
  const auto first = run_tilecast(command);
  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(records_of("mlp-static-2-0.jsonl"), 6U) << "two for each of three tasks";
  EXPECT_EQ(records_of("mlp-random-1-1.jsonl"), 3U);
  EXPECT_EQ(lines_with("remeasured-models.jsonl", "{"), 4U) << "two models, two seeds";
  EXPECT_THAT(report("models.md"), HasSubstr("| model | tasks | judge | trials | tuning, s | latency, ms | static:2 = "
                                             "1 | onnxruntime = 1 |"));
  EXPECT_THAT(report("models.md"), HasSubstr("\n| mlp | 3 | random:1 | 3 | "));
  EXPECT_THAT(report("models.svg"), HasSubstr("layer_norm, random:1: "));
  const nlohmann::json numbers = json();
  EXPECT_EQ(numbers.at("seeds").size(), 2U);
  EXPECT_LT(numbers.at("relative_error").get<double>(), 1e-4);
  ASSERT_EQ(numbers.at("models").size(), 2U);
  double product = 1;
  for (const auto& entry : numbers["models"]) {
    EXPECT_EQ(entry.at("judges").at("static:2").at("ratio").at("median"), 1);
    const auto& second = entry["judges"].at("random:1");
    EXPECT_GT(second.at("seconds").at("low").get<double>(), 0);
    EXPECT_GT(second.at("tuning_seconds").at("low").get<double>(), 0);
    EXPECT_TRUE(second.at("ratio_to_onnxruntime").is_null());
    product *= second.at("ratio").at("median").get<double>();
  }
  EXPECT_NEAR(numbers.at("totals").at("random:1").at("ratio").get<double>(), std::sqrt(product), 1e-9);

  // What is there is neither tuned nor timed, even when a report is lost.
  fs::remove_all(output());
  const auto second = run_tilecast(command);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, HasSubstr("done before"));
  EXPECT_THAT(second.output, Not(HasSubstr(" remeasured ")));
  EXPECT_EQ(json(), numbers);

  // A judge more: its runs alone are tuned, then all are timed.
  const auto third = run_tilecast(command + " --judge random:2");
  ASSERT_EQ(third.exit_code, 0) << third.output;
  EXPECT_EQ(records_of("mlp-static-2-0.jsonl"), 6U);
  EXPECT_EQ(records_of("mlp-random-2-0.jsonl"), 6U);
  EXPECT_EQ(lines_with("remeasured-models.jsonl", "{"), 8U);
  EXPECT_EQ(json().at("models")[0].at("judges").at("static:2").at("tuning_seconds"),
            numbers.at("models")[0].at("judges").at("static:2").at("tuning_seconds"));

  const auto reported = run_tilecast("bench search-models mlp.onnx" + options() +
                                     " --report-only --judge random:2 --judge static:2 --json");
  ASSERT_EQ(reported.exit_code, 0) << reported.output;
  const auto last = nlohmann::json::parse(reported.last_line());
  EXPECT_EQ(last.at("judges"), nlohmann::json({"random:2", "static:2"}));
  ASSERT_EQ(last.at("models").size(), 1U);
  EXPECT_EQ(last["models"][0].at("model"), "mlp");
  EXPECT_EQ(last, json());
}

TEST_F(BenchSearchModels, OnnxruntimeTakesTurns) {
  const std::string command = "bench search-models " + model("attention") + measuring() + " --seeds 1 --judge random:1";
  const auto without = run_tilecast(command);
  ASSERT_EQ(without.exit_code, 0) << without.output;
  const auto with =
      run_tilecast(command + " --onnxruntime --python " + kPython + " --scripts " + kSource + "/scripts/models");
  ASSERT_EQ(with.exit_code, 0) << with.output;
  EXPECT_THAT(with.output, Not(HasSubstr("done before"))) << "onnxruntime has not had its turn";
  EXPECT_THAT(report("models.md"), HasSubstr(" | onnxruntime | - | - | "));
  EXPECT_THAT(report("models.svg"), HasSubstr("attention, onnxruntime: "));
  const auto entry = json().at("models")[0];
  const double ratio = entry.at("judges").at("random:1").at("ratio_to_onnxruntime").at("median").get<double>();
  EXPECT_GT(ratio, 0);
  EXPECT_NEAR(entry.at("onnxruntime").at("ratio").at("median").get<double>(), 1 / ratio, 1e-9 / ratio);
  // It may be there where it is not asked for.
  EXPECT_THAT(run_tilecast(command).output, HasSubstr("done before"));
}

TEST_F(BenchSearchModels, TimesOfAllPartsOfARunCount) {
  const std::string command = "bench search-models " + model("mlp") + measuring() + " --seeds 1 --judge random:";
  ASSERT_EQ(run_tilecast(command + "1").exit_code, 0);
  const auto part = [&](const std::string& name) { return records() / ("mlp-random-" + name); };
  // Three candidates of six, as a run leaves them that was cut off.
  fs::copy_file(part("1-0.jsonl"), part("2-0.jsonl"));
  ASSERT_TRUE(write_text(part("2-0.time.json"), "{\"seconds\": 1000}").ok());
  const auto went_on = run_tilecast(command + "2");
  ASSERT_EQ(went_on.exit_code, 0) << went_on.output;
  EXPECT_EQ(records_of("mlp-random-2-0.jsonl"), 6U);
  const auto judged = json().at("models")[0].at("judges").at("random:2");
  const double seconds = judged.at("tuning_seconds").at("median").get<double>();
  EXPECT_GT(seconds, 1000);
  EXPECT_LT(seconds, 1100);

  // A log of `tilecast tune`, which keeps no times.
  fs::copy_file(part("1-0.jsonl"), part("3-0.jsonl"));
  const auto unknown = run_tilecast(command + "3");
  ASSERT_EQ(unknown.exit_code, 0) << unknown.output;
  EXPECT_THAT(unknown.output, HasSubstr("time unknown"));
  EXPECT_TRUE(json().at("models")[0].at("judges").at("random:3").at("tuning_seconds").is_null());

  fs::copy_file(part("1-0.jsonl"), part("4-0.jsonl"));
  ASSERT_TRUE(write_text(part("4-0.time.json"), "{}").ok());
  testing::expect_one_line_errors({{command + "4", "mlp-random-4-0.time.json does not say how long tuning took"}});
}

TEST_F(BenchSearchModels, PretrainedJudgesLearnFromFiles) {
  const std::string log = directory_.path() / "log.jsonl";
  const auto tuned =
      run_tilecast("tune " + kSource + "/data/subgraphs.json --only mv2_dw_14 --trials 6 --records " + log);
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  const auto result = run_tilecast("bench search-models " + model("layer_norm") + measuring() +
                                   " --seeds 1 --trials 2 --judge static+pretrained --warm-start " + log);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(records_of("layer_norm-static+pretrained-2-0.jsonl"), 2U);
}

TEST_F(BenchSearchModels, SaysWhatIsWrongInOneLine) {
  const std::string mlp = model("mlp");
  const std::string judged = options() + " --seeds 1 --judge random:1";
  const std::vector<std::pair<std::string, const char*>> cases = {
      {judged, "name the ONNX files of one model or more"},
      {mlp + options(), "name one --judge or more"},
      {"/nonexistent.onnx" + judged, "/nonexistent.onnx: cannot read it"},
      {kSource + "/data/subgraphs.json" + judged, "subgraphs.json: not the name of an ONNX file"},
      {mlp + " " + kSource + "/models/tests/mlp.onnx" + judged, "mlp.onnx: there is another model named mlp"},
      {mlp + judged + " --judge oracle", "judge \"oracle\": there is no evaluator oracle, only random, "},
      {mlp + judged + " --judge random:x", "judge \"random:x\": NAME, NAME+pretrained"},
      {mlp + judged + " --judge random:1", "judge \"random:1\" is there twice"},
      {mlp + judged + " --judge static+pretrained", "name with --warm-start what it learns from"},
      {options() + " --report-only", "remeasured-models.jsonl has no models: run the bench first"},
      {mlp + " --report-only --records /tmp -o /dev/null/out", "cannot make /dev/null/out"},
      {mlp + judged + " --onnxruntime --python /nonexistent/python --scripts " + kSource + "/scripts/models",
       "mlp, seed 0: cannot start /nonexistent/python"},
      {mlp + judged + " --judge static:1 --tolerance=-1",
       "mlp, seed 0: static:1: output y differs from random:1's by "},
      {mlp + judged + " --shape x", "--shape x: NAME=1,3,224,224 is expected"}};
  std::vector<std::pair<std::string, const char*>> commands;
  for (const auto& [arguments, message] : cases) commands.emplace_back("bench search-models " + arguments, message);
  testing::expect_one_line_errors(commands);
}

}  // namespace
}  // namespace tilecast
