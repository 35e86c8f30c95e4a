#include "tools/search_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tilecast::tools {
namespace {

using ::testing::HasSubstr;

TEST(SearchJudge, ReadsAllForms) {
  EXPECT_EQ(*parse_judge("static", 64), (SearchJudge{"static", false, 64}));
  EXPECT_EQ(*parse_judge("world-model+pretrained", 64), (SearchJudge{"world-model", true, 64}));
  EXPECT_EQ(*parse_judge("static:1000", 64), (SearchJudge{"static", false, 1000}));
  EXPECT_EQ(*parse_judge("world-model+pretrained:100", 64), (SearchJudge{"world-model", true, 100}));
}

TEST(SearchJudge, ItsLabelIsReadAsItself) {
  for (const SearchJudge& judge : {SearchJudge{"static", false, 7}, SearchJudge{"world-model", true, 100}}) {
    EXPECT_EQ(*parse_judge(judge.label(), 1), judge);
  }
  EXPECT_EQ((SearchJudge{"static", true, 64}).label(), "static+pretrained:64");
}

TEST(SearchJudge, LabelsAreListedWithCommas) {
  EXPECT_EQ(labels_of(std::vector{SearchJudge{"static", false, 7}, SearchJudge{"random", false, 1}}),
            "static:7, random:1");
}

TEST(SearchJudge, SaysWhatIsExpected) {
  for (const char* text : {"", "static:", "static:0", "static:-3", "static:12x", "static:1:2", "static+", "static+new",
                           "+pretrained", ":64", "static:64+pretrained"}) {
    const auto judge = parse_judge(text, 64);
    ASSERT_FALSE(judge.ok()) << text;
    EXPECT_THAT(judge.error().message, HasSubstr("\"" + std::string(text) + "\": NAME, NAME+pretrained, NAME:TRIALS"));
  }
}

TEST(SearchJudge, EverySearchHasItsOwnLog) {
  EXPECT_EQ(search_log("logs", "r50_fc", {"world-model", true, 64}, 2),
            "logs/r50_fc-world-model+pretrained-64-2.jsonl");
  EXPECT_NE(search_log("logs", "r50_fc", {"static", false, 64}, 2),
            search_log("logs", "r50_fc", {"static", false, 128}, 2));
}

}  // namespace
}  // namespace tilecast::tools
