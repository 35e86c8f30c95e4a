#include "profile/profile_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_profile.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::small_profile;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(ProfileHtml, NeedsNothingElse) {
  const std::string page = profile_html(small_profile());
  EXPECT_THAT(page, ::testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  for (const char* part : {"<script", "src=", "href=", "http"}) EXPECT_THAT(page, Not(HasSubstr(part)));
}

TEST(ProfileHtml, HasABarForEachTaskAndARowForEachCall) {
  const std::string page = profile_html(small_profile());
  EXPECT_EQ(count(page, "class=\"bar\""), 2U);
  // conv1x1 takes 5 ms at 20 % of peak, conv3x3 3 ms at a third.
  EXPECT_THAT(page, HasSubstr("style=\"width:100.00%\"><i style=\"width:20.0%\""));
  EXPECT_THAT(page, HasSubstr("style=\"width:60.00%\"><i style=\"width:33.3%\""));
  EXPECT_LT(page.find("<span>conv1x1"), page.find("<span>conv3x3"));
  EXPECT_EQ(count(page, "<tr>"), 2U + 2U + 3U) << "titles, tasks, calls";
  EXPECT_THAT(page, HasSubstr("title=\"conv1x1: conv add relu -&gt; 1x7x7x64\n1 call, 5000.0 µs"));
  EXPECT_THAT(page, HasSubstr("second/Conv, second/Relu"));
}

TEST(ProfileHtml, NamesAreEscaped) {
  EXPECT_EQ(html_escaped("<a b=\"c\" & d>"), "&lt;a b=&quot;c&quot; &amp; d&gt;");
  Profile profile = small_profile();
  profile.model = "<net>";
  profile.rows[0].nodes = {"<node>"};
  const std::string page = profile_html(profile);
  EXPECT_THAT(page, HasSubstr("&lt;net&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<net>")));
  EXPECT_THAT(page, HasSubstr("&lt;node&gt;"));
}

}  // namespace
}  // namespace tilecast
