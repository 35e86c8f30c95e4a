#include "worldmodel/program_lines.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace tilecast {
namespace {

bool is_loop(const ProgramLine& line) {
  static const std::uint16_t loop_word = tokenize("for")[1].word;
  return std::any_of(line.begin(), line.end(), [](const Token& token) { return token.word == loop_word; });
}

}  // namespace

ProgramLines program_lines(std::string_view text) {
  ProgramLines lines;
  for (const Token& token : tokenize(text)) {
    if (begins_line(token)) {
      if (lines.size() == kMostLines) break;
      lines.emplace_back();
    }
    if (lines.back().size() < kMostTokensOfALine) lines.back().push_back(token);
  }
  return lines;
}

std::uint64_t line_hash(const ProgramLine& line) {
  StableHash hash;
  for (const Token& token : line) {
    hash.add_int(token.word);
    hash.add_int(std::bit_cast<std::uint64_t>(token.value));
  }
  return hash.finish();
}

ProgramLines with_unit_loops(const ProgramLines& lines, Random& random) {
  constexpr double kShare = 0.1;
  ProgramLines result;
  std::vector<double> added;  // depths of the loops that were put around what follows
  for (const ProgramLine& line : lines) {
    const double depth = line.front().value;
    // A loop ends with the first line that is no deeper than it.
    while (!added.empty() && depth <= added.back()) added.pop_back();
    if (is_loop(line) && result.size() + 1 < kMostLines && random.chance(kShare)) {
      ProgramLine unit = tokenize("for i" + std::to_string(random.below(kNamesOfAKind)) + " in 1:");
      unit.front().value = depth + static_cast<double>(added.size());
      result.push_back(std::move(unit));
      ProgramLine inside = line;
      inside.front().value = result.back().front().value + 1;
      result.push_back(std::move(inside));
      added.push_back(depth);
      continue;
    }
    result.push_back(line);
    result.back().front().value += static_cast<double>(added.size());
    if (result.size() == kMostLines) break;
  }
  return result;
}

}  // namespace tilecast
