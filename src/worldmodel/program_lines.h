// Program text as the encoder reads it: line by line. Lines repeat between the states of a program, whose actions
// change a few of them each.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "worldmodel/tokenizer.h"

namespace tilecast {

// The tokens of a line; the first one says how deep in the nest it stands.
using ProgramLine = std::vector<Token>;
using ProgramLines = std::vector<ProgramLine>;

// What is longer is cut off.
inline constexpr std::size_t kMostTokensOfALine = 48;
inline constexpr std::size_t kMostLines = 512;

ProgramLines program_lines(std::string_view text);

std::uint64_t line_hash(const ProgramLine& line);

}  // namespace tilecast
