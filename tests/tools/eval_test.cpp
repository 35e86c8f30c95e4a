// tilecast eval on a small part of the dataset; more of it: dataset_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/temp_directory.h"
#include "base/text_file.h"
#include "run_program.h"
#include "small_dataset.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using testing::run_tilecast;
using Json = nlohmann::json;

class Eval : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::string write(const Dataset& dataset, const std::string& name) const {
    const Status status = write_dataset(dataset, path(name));
    EXPECT_TRUE(status.ok()) << status.error().message;
    return path(name);
  }

  TempDirectory directory_ = *TempDirectory::create("eval_test");
};

// All that it ends with but what changes from one run to the next.
Json qualities(const std::string& arguments) {
  const auto result = run_tilecast("eval --json " + arguments);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  Json json = Json::parse(result.last_line());
  json.erase("training_seconds");
  json.erase("scoring_seconds");
  return json;
}

TEST_F(Eval, WithoutHardwareMachinesMakeNoDifference) {
  const Dataset dataset = testing::small_dataset();
  const std::string one = write(dataset, "one.jsonl.xz");
  const std::string two = write(testing::on_two_machines(dataset), "two.jsonl.xz");
  for (const std::string evaluator : {"static", "static --cold", "actions", "foreseen"}) {
    const std::string judge = " --evaluator " + evaluator;
    EXPECT_NE(qualities(one + judge), qualities(two + judge)) << evaluator << ": the machines do differ";
    const Json blind = qualities(one + judge + " --without-hardware");
    EXPECT_EQ(blind, qualities(two + judge + " --without-hardware")) << evaluator;
    EXPECT_EQ(blind.at("without_hardware"), true);
    EXPECT_GT(blind.at("all").at("programs"), 0);
  }
  const auto result = run_tilecast("eval " + one + " --evaluator static --without-hardware");
  EXPECT_THAT(result.output, HasSubstr("split held-out, without hardware features\n"));
}

TEST_F(Eval, RolloutsAreWritten) {
  const std::string file = write(testing::small_dataset(), "records.jsonl.xz");
  const std::string command = "eval rollouts " + file + " --tasks 6 --programs 2 --output ";
  const auto result = run_tilecast(command + path("a/b") + " --json");
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Json json = Json::parse(result.last_line());
  EXPECT_EQ(json.at("tasks"), 6);
  EXPECT_EQ(json.at("agreement").at("all").at("tasks"), 6);
  EXPECT_EQ(Json::parse(*read_text(path("a/b/rollouts.json"))), json);
  const std::string page = *read_text(path("a/b/rollouts.md"));
  EXPECT_THAT(page, HasSubstr("\n| 1 | 12 | "));
  EXPECT_THAT(page, HasSubstr("\n| all | 6 | "));
  EXPECT_THAT(*read_text(path("a/b/rollouts.svg")), HasSubstr("<title>rank correlation of scores</title>"));
  testing::expect_one_line_errors({{command + "/dev/null/x", "cannot make /dev/null/x"}});
}

}  // namespace
}  // namespace tilecast
