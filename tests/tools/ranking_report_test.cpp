#include "tools/ranking_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tilecast::tools {
namespace {

TEST(JudgesToCompare, HaveLabelsOfTheirOwn) {
  std::set<std::string> labels;
  for (const ComparedJudge& judge : judges_to_compare(true)) {
    EXPECT_TRUE(labels.insert(label(judge)).second) << label(judge);
    EXPECT_FALSE(judge.what.empty()) << label(judge);
  }
  EXPECT_THAT(labels,
              ::testing::ElementsAre("actions", "encoded", "foreseen", "foreseen, cold", "foreseen, no hardware",
                                     "head", "latents", "random, cold", "static", "static, cold", "static, no hardware",
                                     "world-model", "world-model, no hardware"));
}

TEST(JudgesToCompare, WithoutTheSlowOneTheOthersStay) {
  const auto all = judges_to_compare(true);
  const auto some = judges_to_compare(false);
  EXPECT_EQ(some.size() + 1, all.size());
  for (const ComparedJudge& judge : some) EXPECT_NE(judge.evaluator, "encoded");
}

TEST(ReadsModel, IsTrueOfJudgesThatChangeWithIt) {
  EXPECT_TRUE(reads_model({.evaluator = "world-model"}));
  EXPECT_TRUE(reads_model({.evaluator = "foreseen", .without_hardware = true}));
  EXPECT_FALSE(reads_model({.evaluator = "foreseen", .cold = true}));
  EXPECT_FALSE(reads_model({.evaluator = "static"}));
}

}  // namespace
}  // namespace tilecast::tools
