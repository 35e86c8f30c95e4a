#include "profile/profile_table.h"

#include <gtest/gtest.h>

#include "test_profile.h"

namespace tilecast {
namespace {

using testing::small_profile;

TEST(ProfileTable, HasALineForEachCall) {
  EXPECT_EQ(profile_table(by_time(small_profile()), ProfileUnit::kCall),
            "call    task     operators      result        µs   share  GFLOP/s  of peak  GB/s\n"
            "second  conv1x1  conv add relu  1x7x7x64  5000.0  62.5 %     20.0   20.0 %   0.2\n"
            "third   conv3x3  conv add relu  1x7x7x64  2000.0  25.0 %     25.0   25.0 %   0.5\n"
            "first   conv3x3  conv add relu  1x7x7x64  1000.0  12.5 %     50.0   50.0 %   1.0\n");
}

TEST(ProfileTable, HasALineForEachTask) {
  EXPECT_EQ(profile_table(by_task(small_profile()), ProfileUnit::kTask),
            "task     calls  operators      result        µs   share  GFLOP/s  of peak  GB/s\n"
            "conv3x3      2  conv add relu  1x7x7x64  3000.0  37.5 %     33.3   33.3 %   0.7\n"
            "conv1x1      1  conv add relu  1x7x7x64  5000.0  62.5 %     20.0   20.0 %   0.2\n");
}

TEST(ProfileTable, TotalsNameWhatLiesBetweenTheCalls) {
  EXPECT_EQ(profile_totals(small_profile()),
            "3 calls 8.0000 ms, between them 1.0000 ms, whole run 10.0000 ms; medians of 5 runs, 2 threads\n"
            "whole run 20.0 GFLOP/s, 20.0 % of the measured peak of 100.0; reading memory was measured with 20.0 "
            "GB/s\n");
}

TEST(ProfileTable, EqualNeighboursAreCounted) {
  EXPECT_EQ(operators_text({"mul", "mul", "add", "mul"}), "mul×2 add mul");
  EXPECT_EQ(operators_text({}), "");
}

}  // namespace
}  // namespace tilecast
