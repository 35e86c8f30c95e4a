#include "worldmodel/program_lines.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

std::vector<double> depths(const ProgramLines& lines) {
  std::vector<double> result;
  for (const ProgramLine& line : lines) result.push_back(line.front().value);
  return result;
}

TEST(ProgramLines, OneForEachLineOfTheText) {
  const ProgramLines lines = program_lines("for i1 in 8:\n for i2 in 4:\n  s0[i1] = 1");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(depths(lines), (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(lines[0], tokenize("for i1 in 8:"));
  EXPECT_NE(line_hash(lines[0]), line_hash(lines[1]));
  EXPECT_EQ(line_hash(lines[0]), line_hash(tokenize("for i1 in 8:")));
}

TEST(ProgramLines, LongTextsAreCutOff) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "for i1 in 8:\n";
  EXPECT_EQ(program_lines(text).size(), kMostLines);
  EXPECT_EQ(program_lines("s0 = " + std::string(100, '+')).front().size(), kMostTokensOfALine);
}

}  // namespace
}  // namespace tilecast
