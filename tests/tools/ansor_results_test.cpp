#include "tools/ansor_results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_directory.h"
#include "base/text_file.h"

namespace tilecast::tools {
namespace {

using ::testing::HasSubstr;

TEST(AnsorResults, ReadsTheFileThatIsThere) {
  const auto results = read_ansor_results(std::string(TILECAST_SOURCE_DIR) + "/data/ansor64.csv");
  ASSERT_TRUE(results.ok()) << results.error().message;
  EXPECT_EQ(results->size(), 22U);
  EXPECT_EQ(results->at("r50_c7s2").flops, 236027904);
  EXPECT_NEAR(results->at("r50_c7s2").share_of_peak, 199.1 / 333, 1e-12);
}

TEST(AnsorResults, SaysWhereAFileIsWrong) {
  const TempDirectory directory = *TempDirectory::create("ansor_results_test");
  const std::string file = directory.path() / "ansor.csv";
  const std::pair<const char*, const char*> cases[] = {
      {"# note\nname,flops\n", ":2: it has no column ansor64_best_gflops"},
      {"name,flops,ansor64_best_gflops\na,1\n", ":2: too few columns"},
      {"name,flops,ansor64_best_gflops\na,1,2\nb,1,fast\n", ":3: flops and GFLOP/s must be positive numbers"}};
  for (const auto& [text, message] : cases) {
    ASSERT_TRUE(write_text(file, text).ok());
    const auto results = read_ansor_results(file);
    ASSERT_FALSE(results.ok()) << text;
    EXPECT_EQ(results.error().message, file + message);
  }
  EXPECT_THAT(read_ansor_results("/nonexistent").error().message,
              HasSubstr("cannot read Ansor's results from /nonexistent"));
}

}  // namespace
}  // namespace tilecast::tools
