#include "report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/temp_directory.h"

namespace tilecast::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

NodeOutcomes some_outcomes() {
  return {{"test_a", {OutcomeKind::kPass, "", "Reshape", 13, {"shape"}, 0}},
          {"test_b", {OutcomeKind::kPass, "", "Conv", 11, {}, 1}},
          {"test_c", {OutcomeKind::kUnsupported, "Foo: its input 'x' is odd", "Foo", 11, {}, 0}},
          {"test_d", {OutcomeKind::kUnsupported, "Foo: its input 'y' is odd", "Foo", 11, {}, 0}},
          {"test_e", {OutcomeKind::kOutside, "strings", "Bar", 0, {}, 0}},
          {"test_f", {OutcomeKind::kFail, "element 0 | 1", "Conv", 11, {}, 0}}};
}

TEST(NodeReport, DocumentCountsAndLists) {
  const std::string text = document_text(some_outcomes());
  EXPECT_THAT(text, HasSubstr("| pass | 2 |"));
  EXPECT_THAT(text, HasSubstr("wants; 1 of them without a kernel"));
  EXPECT_THAT(text, HasSubstr("| 2 | unsupported | Foo: its input '…' is odd |"));
  EXPECT_THAT(text, HasSubstr("| Reshape | 1 | shape | a\\* |"));
  EXPECT_THAT(text, HasSubstr("| test_e | Bar |  | outside | strings |"));
  EXPECT_THAT(text, HasSubstr("| test_f | Conv | 11 | FAIL | element 0 \\| 1 |"));
  EXPECT_EQ(counts_text(some_outcomes()), "6 tests: 2 pass, 2 unsupported, 1 outside, 1 FAIL");
}

TEST(NodeReport, ExpectedNamesAreReadAsWritten) {
  const auto directory = *TempDirectory::create("report_test");
  std::ofstream(directory.path() / "expected.txt") << expected_text(some_outcomes());
  const auto names = read_expected(directory.path() / "expected.txt");
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre("test_a", "test_b"));
  EXPECT_THAT(read_expected("/nonexistent").error().message, HasSubstr("cannot read /nonexistent"));
}

TEST(NodeReport, OutcomesSurviveTheirJson) {
  for (const auto& [name, outcome] : some_outcomes()) EXPECT_EQ(*node_outcome_from_json(to_json(outcome)), outcome);
  EXPECT_FALSE(node_outcome_from_json({{"kind", 9}}).ok());
  EXPECT_FALSE(node_outcome_from_json({{"kind", 0}}).ok());
}

}  // namespace
}  // namespace tilecast::testing
