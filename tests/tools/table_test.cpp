#include "tools/table.h"

#include <gtest/gtest.h>

namespace tilecast::tools {
namespace {

const Table kTable{{"name", "value"}, {{"a long name", "1"}, {"b", "22"}}};

TEST(Table, MarkdownHasALineARow) {
  EXPECT_EQ(to_markdown(kTable), "| name | value |\n|---|---|\n| a long name | 1 |\n| b | 22 |\n");
}

TEST(Table, TextIsAligned) {
  EXPECT_EQ(to_text(kTable),
            "name         value\n"
            "a long name      1\n"
            "b               22\n");
}

}  // namespace
}  // namespace tilecast::tools
