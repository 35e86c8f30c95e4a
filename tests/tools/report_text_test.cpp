#include "tools/report_text.h"

#include <gtest/gtest.h>

namespace tilecast::tools {
namespace {

TEST(ReportText, NumbersAreScaledAndRounded) {
  EXPECT_EQ(spread_text(Spread{2e-3, 1e-3, 4.0004e-3}, 1e3, 3), "2.000 (1.000 to 4.000)");
  EXPECT_EQ(spread_text(Spread{65, 60, 70}, 1, 0), "65 (60 to 70)");
  EXPECT_EQ(ratio_text(0.9684), "0.968");
}

TEST(ReportText, WhatIsMissingIsADashAndNull) {
  EXPECT_EQ(spread_text(std::optional<Spread>(), 1, 1), "-");
  EXPECT_EQ(ratio_text(std::nullopt), "-");
  EXPECT_TRUE(number_or_null(std::nullopt).is_null());
  EXPECT_TRUE(spread_or_null(std::nullopt).is_null());
  EXPECT_EQ(number_or_null(2.5), 2.5);
  EXPECT_EQ(spread_or_null(Spread{2, 1, 3}).at("high"), 3);
}

}  // namespace
}  // namespace tilecast::tools
