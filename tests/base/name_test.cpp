#include "base/name.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

TEST(Name, HoldsItsText) {
  EXPECT_EQ(Name("conv").view(), "conv");
  EXPECT_TRUE(Name().empty());
  const std::string longest(Name::kCapacity, 'x');
  EXPECT_TRUE(Name::fits(longest));
  EXPECT_EQ(Name(longest).str(), longest);
  EXPECT_FALSE(Name::fits(longest + "x"));
}

TEST(Name, OrdersLikeText) {
  EXPECT_LT(Name("a"), Name("b"));
  EXPECT_LT(Name("a"), Name("aa"));
  EXPECT_EQ(Name("same"), Name(std::string("same")));
  EXPECT_NE(Name("x"), Name("xo"));
}

}  // namespace
}  // namespace tilecast
