#include "frontend/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temp_directory.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kSuite = std::filesystem::path(TILECAST_SOURCE_DIR) / "data/subgraphs.json";

TEST(Suite, ReadsAllSubgraphsWithTheirStatedWork) {
  const auto tasks = read_suite(kSuite);
  ASSERT_TRUE(tasks.ok()) << tasks.error().message;
  EXPECT_EQ(tasks->size(), 22U);
  for (const auto& [task, weight] : *tasks) {
    EXPECT_EQ(weight, 1);
    ASSERT_TRUE(validate(task.graph).ok()) << task.name;
    // The stated work is that of the contraction, which count_flops finds from the shapes.
    EXPECT_EQ(task.flops, count_flops(task.graph)) << task.name;
  }
}

TEST(Suite, OnlySelectsByName) {
  const auto tasks = read_suite(kSuite, {"bert_ln", "r50_c1_56"});
  ASSERT_TRUE(tasks.ok());
  ASSERT_EQ(tasks->size(), 2U);
  EXPECT_EQ((*tasks)[0].task.name, "r50_c1_56");
  const OpGraph& graph = (*tasks)[0].task.graph;
  EXPECT_EQ(graph.inputs.size(), 4U);
  EXPECT_TRUE(graph.inputs[1].is_constant);
  EXPECT_FALSE(graph.inputs[3].is_constant);  // the residual
  const auto unknown = read_suite(kSuite, {"r50_c9"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.error().message, HasSubstr("has no subgraph \"r50_c9\""));
}

struct BadSuite {
  const char* content;
  const char* message;
};
void PrintTo(const BadSuite& c, std::ostream* out) {
  *out << c.content;
}

class BadSuiteTest : public ::testing::TestWithParam<BadSuite> {};

TEST_P(BadSuiteTest, IsAnErrorThatSaysWhere) {
  const TempDirectory directory = *TempDirectory::create("suite_test");
  const auto file = directory.path() / "suite.json";
  std::ofstream(file) << GetParam().content;
  const auto tasks = read_suite(file);
  ASSERT_FALSE(tasks.ok());
  EXPECT_THAT(tasks.error().message, HasSubstr("suite.json"));
  EXPECT_THAT(tasks.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Contents, BadSuiteTest,
    ::testing::Values(
        BadSuite{"", "is not a suite"}, BadSuite{"[1, 2", "is not a suite"},
        BadSuite{R"({"subgraphs":[]})", "has no subgraphs"}, BadSuite{R"({"subgraphs":[7]})", "without a name"},
        BadSuite{R"({"subgraphs":[{"name":"a"}]})", "subgraph a: "},
        BadSuite{R"({"subgraphs":[{"name":"a","op":"lstm"}]})", "unknown \"op\" \"lstm\""},
        BadSuite{R"({"subgraphs":[{"name":"a","op":"dense","m":1,"k":"x","n":2}]})", "must be number"},
        BadSuite{R"({"subgraphs":[{"name":"a","op":"dense","m":1,"k":0,"n":2}]})", "\"k\" is 0"},
        BadSuite{R"({"subgraphs":[{"name":"a","op":"softmax","shape":[4,4],"axis":2}]})", "\"axis\" is 2"},
        BadSuite{R"({"subgraphs":[{"name":"a","op":"dense","m":1,"k":1,"n":2,"epilogue":["fly"]}]})",
                 "unknown step \"fly\""},
        BadSuite{R"({"subgraphs":[{"name":"a","op":"conv2d","c_in":1,"c_out":1,"h":2,"w":2,"kernel":[5,5],)"
                 R"("stride":1,"pad":0}]})",
                 "\"output extent\" is"}));

TEST(Suite, MissingFileIsNamed) {
  const auto tasks = read_suite("/nonexistent.json");
  ASSERT_FALSE(tasks.ok());
  EXPECT_EQ(tasks.error().message, "cannot read /nonexistent.json: No such file or directory");
}

}  // namespace
}  // namespace tilecast
