// tilecast bench search, on two small subgraphs with few trials.
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
using ::testing::Not;
using testing::run_tilecast;

const std::string kSource = TILECAST_SOURCE_DIR;

class BenchSearch : public ::testing::Test {
 protected:
  std::string command() const {
    return "bench search --ansor " + kSource + "/data/ansor64.csv --records " + records().string() + " -o " +
           output().string();
  }
  std::string measuring() const { return command() + " --suite " + kSource + "/data/subgraphs.json --rounds 2"; }
  fs::path records() const { return directory_.path() / "a" / "logs"; }
  fs::path output() const { return directory_.path() / "b" / "results"; }
  std::string text_of(const std::string& name) const {
    std::ifstream stream(output() / name);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::size_t lines_of(const std::string& log) const {
    std::ifstream stream(records() / log);
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(stream), {}, '\n'));
  }

  TempDirectory directory_ = *TempDirectory::create("bench_search_test");
};

TEST_F(BenchSearch, SearchesGoesOnAndReports) {
  const std::string run =
      measuring() + " --only bert_ln,mv2_dw_14 --trials 3 --seeds 2 --judge static --judge random:2";
  const auto first = run_tilecast(run);
  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(lines_of("bert_ln-static-3-0.jsonl"), 5U) << "hardware, task, three candidates";
  EXPECT_EQ(lines_of("mv2_dw_14-random-2-1.jsonl"), 4U);
  EXPECT_EQ(lines_of("remeasured.jsonl"), 4U) << "two subgraphs, two seeds";
  const std::string table = text_of("search.md");
  EXPECT_THAT(table, HasSubstr("| subgraph | static:3, ms | % of peak | random:2, ms | % of peak |"));
  EXPECT_THAT(table, HasSubstr("\n| mv2_dw_14 | "));
  EXPECT_THAT(text_of("efficiency.svg"), ::testing::EndsWith("</svg>\n"));
  EXPECT_THAT(text_of("subgraphs.svg"), HasSubstr("bert_ln, random:2: "));
  const auto json = nlohmann::json::parse(text_of("search.json"));
  EXPECT_EQ(json.at("seeds").size(), 2U);
  for (const auto& subgraph : json.at("subgraphs")) {
    EXPECT_EQ(subgraph.at("judges").at("static:3").at("speed").at("median"), 1);
    EXPECT_GT(subgraph["judges"].at("random:2").at("over_ansor").get<double>(), 0);
  }

  // What is there is neither searched nor remeasured, even when a report is lost.
  fs::remove_all(output());
  const auto second = run_tilecast(run);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, Not(HasSubstr(" remeasured ")));
  EXPECT_EQ(nlohmann::json::parse(text_of("search.json")), json);

  // A judge more: its searches alone are run, then all are remeasured.
  const auto third = run_tilecast(run + " --judge random:3");
  ASSERT_EQ(third.exit_code, 0) << third.output;
  EXPECT_EQ(lines_of("bert_ln-static-3-0.jsonl"), 5U);
  EXPECT_EQ(lines_of("bert_ln-random-3-0.jsonl"), 5U);
  EXPECT_EQ(lines_of("remeasured.jsonl"), 8U);
  EXPECT_THAT(text_of("search.md"), HasSubstr("random:3, ms"));

  fs::remove_all(output());
  const auto report =
      run_tilecast(command() + " --report-only --judge random:2 --judge static:3 --only bert_ln --json");
  ASSERT_EQ(report.exit_code, 0) << report.output;
  const auto reported = nlohmann::json::parse(report.last_line());
  EXPECT_EQ(reported.at("judges"), nlohmann::json({"random:2", "static:3"}));
  EXPECT_EQ(reported.at("subgraphs").size(), 1U);
  EXPECT_TRUE(fs::exists(output() / "subgraphs.svg"));
}

TEST_F(BenchSearch, PretrainedJudgesLearnFromFiles) {
  const std::string log = directory_.path() / "log.jsonl";
  const std::string suite = kSource + "/data/subgraphs.json";
  const auto tuned = run_tilecast("tune " + suite + " --only mv2_dw_14 --trials 6 --records " + log);
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  const auto result =
      run_tilecast(measuring() + " --only bert_ln --seeds 1 --judge static+pretrained:2 --warm-start " + log);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(lines_of("bert_ln-static+pretrained-2-0.jsonl"), 4U);
  EXPECT_THAT(text_of("search.md"), HasSubstr("static+pretrained:2, ms"));
}

TEST_F(BenchSearch, SaysWhatIsWrongInOneLine) {
  const std::string suite = " --suite " + kSource + "/data/subgraphs.json";
  testing::expect_one_line_errors(
      {{command() + suite, "name one --judge or more"},
       {command() + " --judge static", "name with --suite what to search"},
       {command() + suite + " --judge static --only nothing", "has no subgraph \"nothing\""},
       {command() + suite + " --judge oracle", "judge \"oracle\": there is no evaluator oracle, only random, "},
       {command() + suite + " --judge static:x", "judge \"static:x\": NAME, NAME+pretrained"},
       {command() + suite + " --judge static --judge static:64", "judge \"static:64\" is there twice"},
       {command() + suite + " --judge static+pretrained", "name with --warm-start what it learns from"},
       {command() + " --report-only", "remeasured.jsonl has no searches: run the bench first"},
       {"bench search --ansor /nonexistent --report-only --records /tmp -o /tmp",
        "cannot read Ansor's results from /nonexistent"},
       {"bench search --ansor \"\" --report-only --records /tmp -o /dev/null/out", "cannot make /dev/null/out"}});
}

}  // namespace
}  // namespace tilecast
