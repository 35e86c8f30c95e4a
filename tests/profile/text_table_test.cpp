#include "profile/text_table.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

TEST(TextTable, ColumnsAreAsWideAsTheirWidestCell) {
  TextTable table({{"name", TextTable::Align::kLeft}, {"µs"}, {"note", TextTable::Align::kLeft}});
  table.add({"a", "1.5", "x"});
  table.add({"longer", "12.25", ""});
  EXPECT_EQ(table.text(),
            "name       µs  note\n"
            "a         1.5  x\n"
            "longer  12.25\n");
}

TEST(TextTable, LongTextLosesItsMiddle) {
  EXPECT_EQ(shortened("conv", 4), "conv");
  EXPECT_EQ(shortened("layer1/conv2", 7), "lay…nv2");
  EXPECT_EQ(shortened("layer1/conv2", 8), "laye…nv2");
  EXPECT_EQ(shortened("ääääöööö", 5), "ää…öö");
}

}  // namespace
}  // namespace tilecast
