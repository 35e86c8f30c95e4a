// Program text as the encoder reads it: line by line. Lines repeat between the states of a program, whose actions
// change a few of them each.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.h"
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

// A text that means the same, of another length: loops that run once are put around some of the loops. A contrastive
// model whose pairs are always equally long learns to tell texts by their lengths.
ProgramLines with_unit_loops(const ProgramLines& lines, Random& random);

}  // namespace tilecast
