#include "worldmodel/program_lines.h"

#include <bit>

#include "base/hash.h"

namespace tilecast {

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

}  // namespace tilecast
