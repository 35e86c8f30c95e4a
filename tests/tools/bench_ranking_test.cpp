// tilecast bench ranking on a small part of the dataset, compared with tilecast eval.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/temp_directory.h"
#include "base/text_file.h"
#include "run_program.h"
#include "small_dataset.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_tilecast;
using Json = nlohmann::json;

class BenchRanking : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::string file() const { return path("records.jsonl.xz"); }
  std::string command() const { return "bench ranking " + file() + " --output " + path("a/results"); }
  void write(const Dataset& dataset) const {
    const Status status = write_dataset(dataset, file());
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  Json eval(const std::string& arguments) const {
    const auto result = run_tilecast("eval --json " + file() + " " + arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.exit_code == 0 ? Json::parse(result.last_line()) : Json();
  }
  Json bench(const std::string& arguments) const {
    const auto result = run_tilecast(command() + " --json " + arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.exit_code == 0 ? Json::parse(result.last_line()) : Json();
  }

  void expect_judge_as_eval_says(const Json& judge, const std::string& arguments) const {
    for (const std::string split : {"held-out", "validation"}) {
      Json quality = judge.at("splits").at(split);
      const Json machines = quality.at("machines");
      quality.erase("machines");
      EXPECT_EQ(quality, eval("--split " + split + " --evaluator " + arguments).at("all"))
          << arguments << ", " << split;
      std::size_t programs = 0;
      for (const Json& machine : machines) {
        EXPECT_GT(machine.at("programs"), 0);
        programs += machine.at("programs").get<std::size_t>();
      }
      EXPECT_EQ(machines.size(), 2U);
      EXPECT_EQ(programs, quality.at("programs"));
    }
  }
  void expect_transfer_as_eval_says(const Json& row, const std::string& option) const {
    const std::string sort = row.at("sort");
    const std::string judge =
        "--evaluator " + row.at("evaluator").get<std::string>() + " --split " + row.at("split").get<std::string>();
    EXPECT_EQ(row.at("without"), eval(judge + option).at("all")) << judge << option;
    if (option.find("operator") == std::string::npos) return;
    EXPECT_EQ(row.at("with"), eval(judge + " --by operator").at("operators").at(sort)) << judge << option;
  }

  TempDirectory directory_ = *TempDirectory::create("bench_ranking_test");
};

TEST_F(BenchRanking, RowsAreWhatEvalSays) {
  write(testing::on_two_machines(testing::small_dataset()));
  const std::string model = std::string(TILECAST_BINARY_DIR) + "/share/world_model.safetensors";
  const Json json = bench("--without-operator dwconv --train-flops-below 1e7 --other-models " + model);
  EXPECT_EQ(Json::parse(*read_text(path("a/results/ranking.json"))), json);
  ASSERT_EQ(json.at("judges").size(), 13U);
  std::map<std::string, Json> judges;
  for (const Json& judge : json["judges"]) judges[judge.at("judge")] = judge;
  expect_judge_as_eval_says(judges.at("world-model"), "world-model");
  expect_judge_as_eval_says(judges.at("encoded"), "encoded");
  const Json& again = judges["world-model"].at("other_models");
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.at(0).at("held-out").at("top1"), judges["world-model"]["splits"]["held-out"]["top1"]) << "same model";
  expect_judge_as_eval_says(judges.at("static, no hardware"), "static --without-hardware");
  expect_judge_as_eval_says(judges.at("foreseen, cold"), "foreseen --cold");

  std::set<std::string> sorts;
  for (const Json& row : json.at("transfers")) {
    const std::string sort = row.at("sort");
    sorts.insert(sort + " " + row.at("evaluator").get<std::string>());
    if (row.at("split") != "held-out") continue;
    const bool is_work = sort == "1e+07 FLOP and more";
    expect_transfer_as_eval_says(row, is_work ? " --train-flops-below 1e7" : " --without-operator " + sort);
  }
  EXPECT_THAT(sorts, ::testing::ElementsAre("1e+07 FLOP and more actions", "1e+07 FLOP and more static",
                                            "dwconv actions", "dwconv static"));

  const std::string page = *read_text(path("a/results/ranking.md"));
  EXPECT_THAT(page, HasSubstr("\n| foreseen, no hardware | "));
  EXPECT_THAT(page, HasSubstr("\n## Programs measured on "));
  EXPECT_THAT(page, HasSubstr("\n| dwconv | actions | "));
  EXPECT_THAT(*read_text(path("a/results/ranking.svg")), HasSubstr("<title>static, cold, validation: "));
}

TEST_F(BenchRanking, LeavesOutWhatIsNotAskedFor) {
  write(testing::small_dataset());
  const Json json = bench("--split validation --without-encoded --train-flops-below 1e18");
  EXPECT_EQ(json.at("splits"), Json({"validation"}));
  EXPECT_EQ(json.at("judges").size(), 12U);
  EXPECT_EQ(json["judges"][0].at("splits").size(), 1U);
  EXPECT_FALSE(json.at("transfers").empty()) << "operators that are unlike each other";
  for (const Json& row : json["transfers"]) EXPECT_NE(row.at("sort"), "1e+18 FLOP and more") << "there is no such task";
  const std::string page = *read_text(path("a/results/ranking.md"));
  EXPECT_THAT(page, Not(HasSubstr("held-out")));
  EXPECT_THAT(page, Not(HasSubstr("## Programs measured on"))) << "there is one machine only";
}

TEST_F(BenchRanking, SaysWhatIsWrongInOneLine) {
  Dataset dataset = testing::small_dataset();
  write(dataset);
  std::erase_if(dataset.records, [&](const MeasureRecord& record) {
    return dataset.tasks.at(record.task_key).split == DatasetSplit::kHeldOut;
  });
  const std::string learnt = path("learnt.jsonl.xz");
  ASSERT_TRUE(write_dataset(dataset, learnt).ok());
  testing::expect_one_line_errors({
      {"bench ranking " + file() + " -o /dev/null/out", "cannot make /dev/null/out"},
      {command() + " --without-operator conv,nothing", "no task has the main operator nothing; there are "},
      {command() + " --model " + file(), "no intact safetensors file"},
      {"bench ranking " + learnt + " -o " + path("out"), "has no measured programs of the split held-out"},
  });
}

}  // namespace
}  // namespace tilecast
