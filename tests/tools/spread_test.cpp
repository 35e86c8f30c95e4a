#include "tools/spread.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace tilecast::tools {
namespace {

TEST(Spread, IsMedianSmallestAndLargest) {
  const Spread spread = spread_of(std::vector<double>{5, 1, 2, 9});
  EXPECT_EQ(spread.median, 3.5);
  EXPECT_EQ(spread.low, 1);
  EXPECT_EQ(spread.high, 9);
  EXPECT_EQ(to_json(spread), (nlohmann::json{{"median", 3.5}, {"low", 1}, {"high", 9}}));
}

}  // namespace
}  // namespace tilecast::tools
