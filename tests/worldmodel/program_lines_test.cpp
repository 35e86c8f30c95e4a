#include "worldmodel/program_lines.h"

#include <gtest/gtest.h>

#include <iostream>

#include "../schedule/test_programs.h"
#include "schedule/state.h"

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

// Taking out the loops that run once, and what they added to the depth, gives the program back.
TEST(WithUnitLoops, MeansTheSame) {
  const std::uint64_t seed = 4;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const ProgramLines lines = program_lines(program_text(testing::product_state(30, 40, 64)));
  const std::uint16_t number = tokenize("1")[1].word;
  std::size_t added = 0;
  for (int i = 0; i < 200; ++i) {
    const ProgramLines longer = with_unit_loops(lines, random);
    ProgramLines back;
    std::vector<double> units;
    for (ProgramLine line : longer) {
      while (!units.empty() && line.front().value <= units.back()) units.pop_back();
      const double deeper = static_cast<double>(units.size());
      const bool unit = line.size() == 6 && line[4] == Token{number, 1};
      if (unit) {
        units.push_back(line.front().value);
        continue;
      }
      line.front().value -= deeper;
      back.push_back(line);
    }
    EXPECT_EQ(back, lines);
    added += longer.size() - lines.size();
  }
  EXPECT_GT(added, 20U);
}

}  // namespace
}  // namespace tilecast
