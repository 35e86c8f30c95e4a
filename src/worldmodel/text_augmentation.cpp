#include "worldmodel/text_augmentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "worldmodel/tokenizer.h"

namespace tilecast {
namespace {

// A line without its indentation, and the lines inside of it.
struct Block {
  std::string line;
  std::vector<Block> inside;
};
using Blocks = std::vector<Block>;
using Names = std::set<ProgramName>;

std::size_t depth_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// Takes the lines from the front of the text that are at least so deep.
Blocks take_blocks(std::string_view& text, std::size_t depth) {
  Blocks blocks;
  while (!text.empty() && depth_of(text) >= depth) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t own_depth = depth_of(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    blocks.push_back({std::string(line.substr(own_depth)), take_blocks(text, own_depth + 1)});
  }
  return blocks;
}

Blocks blocks_of(std::string_view text) {
  return take_blocks(text, 0);
}

void print(const Blocks& blocks, std::size_t depth, std::string& text) {
  for (const Block& block : blocks) {
    text.append(depth, ' ').append(block.line).append("\n");
    print(block.inside, depth + 1, text);
  }
}

std::string text_of(const Blocks& blocks) {
  std::string text;
  print(blocks, 0, text);
  return text;
}

template <class Tree, class Visit>
void for_each_line(Tree& blocks, const Visit& visit) {
  for (auto& block : blocks) {
    visit(block.line);
    for_each_line(block.inside, visit);
  }
}

// Identifiers and numbers whole, all else character by character.
std::vector<std::string_view> pieces_of(std::string_view line) {
  const auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  std::vector<std::string_view> pieces;
  while (!line.empty()) {
    const auto* end = std::find_if_not(line.begin(), line.end(), in_word);
    pieces.push_back(line.substr(0, std::max<std::size_t>(static_cast<std::size_t>(end - line.begin()), 1)));
    line.remove_prefix(pieces.back().size());
  }
  return pieces;
}

std::vector<ProgramName> names_of(std::string_view line) {
  std::vector<ProgramName> names;
  for (const std::string_view piece : pieces_of(line)) {
    if (const auto name = program_name(piece)) names.push_back(*name);
  }
  return names;
}

Names names_of(const Blocks& blocks) {
  Names names;
  for_each_line(blocks, [&](std::string_view line) {
    for (const ProgramName& name : names_of(line)) names.insert(name);
  });
  return names;
}

// The line with new_name(name) in the place of each name.
template <class NewName>
std::string with_names(std::string_view line, const NewName& new_name) {
  std::string result;
  for (const std::string_view piece : pieces_of(line)) {
    const auto name = program_name(piece);
    result += name ? name_text(new_name(*name)) : std::string(piece);
  }
  return result;
}

enum class Kind { kInput, kInlined, kNest, kTemporary, kOther };

Kind kind_of(std::string_view line) {
  const std::string_view first = line.substr(0, line.find(' '));
  if (first == "input" || first == "constant") return Kind::kInput;
  if (first == "inlined") return Kind::kInlined;
  if (first == "allocate") return Kind::kNest;
  const auto name = program_name(first);
  return name && name->kind == NameKind::kTemporary ? Kind::kTemporary : Kind::kOther;
}

bool is_loop(std::string_view line) {
  const std::vector<std::string_view> pieces = pieces_of(line);
  return std::find(pieces.begin(), pieces.end(), "for") != pieces.end();
}

// What moves as one; what is of no kind stays where it is.
struct Statement {
  Kind kind = Kind::kOther;
  Blocks blocks;
  Names writes;
  Names mentions;  // itself or through inlined stages
};

// The stages that each inlined one mentions.
using InlinedStages = std::map<ProgramName, Names>;

InlinedStages inlined_stages(const Blocks& blocks) {
  InlinedStages result;
  for (const Block& block : blocks) {
    if (kind_of(block.line) != Kind::kInlined) continue;
    Names names = names_of(block.inside);
    std::erase_if(names, [](const ProgramName& name) { return name.kind != NameKind::kStage; });
    result[names_of(block.line).front()] = std::move(names);
  }
  return result;
}

void add_through_inlined(const InlinedStages& inlined, Names& names) {
  std::vector<ProgramName> open(names.begin(), names.end());
  while (!open.empty()) {
    const auto found = inlined.find(open.back());
    open.pop_back();
    if (found == inlined.end()) continue;
    for (const ProgramName& name : found->second) {
      if (names.insert(name).second) open.push_back(name);
    }
  }
}

const std::string& last_line(const Block& block) {
  return block.inside.empty() ? block.line : last_line(block.inside.back());
}

// How many blocks, from the allocation on, are one stage's nest: its end is the stage's statement. Nests of other
// stages in the same body end in theirs.
std::size_t nest_size(std::span<const Block> blocks) {
  const std::string element = name_text(names_of(blocks.front().line).front()) + "[";
  const auto end = std::find_if(blocks.begin() + 1, blocks.end(),
                                [&](const Block& block) { return last_line(block).starts_with(element); });
  return end == blocks.end() ? blocks.size() : static_cast<std::size_t>(end - blocks.begin()) + 1;
}

Statement make_statement(Blocks blocks, const InlinedStages& inlined) {
  Statement statement{kind_of(blocks.front().line), std::move(blocks), {}, {}};
  if (statement.kind == Kind::kOther) return statement;
  // Each of the kinds begins with the name of what it makes; nests make what is computed inside of them as well.
  statement.writes.insert(names_of(statement.blocks.front().line).front());
  for_each_line(statement.blocks, [&](std::string_view line) {
    if (kind_of(line) == Kind::kNest) statement.writes.insert(names_of(line).front());
  });
  statement.mentions = names_of(statement.blocks);
  add_through_inlined(inlined, statement.mentions);
  return statement;
}

std::vector<Statement> statements_of(Blocks blocks, const InlinedStages& inlined) {
  std::vector<Statement> result;
  for (auto first = blocks.begin(); first != blocks.end();) {
    const std::size_t size = kind_of(first->line) == Kind::kNest ? nest_size({first, blocks.end()}) : 1;
    const auto end = first + static_cast<std::ptrdiff_t>(size);
    result.push_back(make_statement({std::move_iterator(first), std::move_iterator(end)}, inlined));
    first = end;
  }
  return result;
}

bool depend(const Statement& a, const Statement& b) {
  const auto mentions = [](const Statement& statement, const Names& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const ProgramName& name) { return statement.mentions.contains(name); });
  };
  return mentions(a, b.writes) || mentions(b, a.writes);
}

// A random topological order.
std::vector<Statement> reordered(std::vector<Statement> statements, Random& random) {
  const std::size_t count = statements.size();
  std::vector<std::vector<std::size_t>> later(count);  // those that depend on it
  std::vector<std::size_t> awaited(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (!depend(statements[i], statements[j])) continue;
      later[i].push_back(j);
      ++awaited[j];
    }
  }
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < count; ++i) {
    if (awaited[i] == 0) ready.push_back(i);
  }
  std::vector<Statement> result;
  while (!ready.empty()) {
    std::swap(ready[random.below(ready.size())], ready.back());
    const std::size_t next = ready.back();
    ready.pop_back();
    result.push_back(std::move(statements[next]));
    for (const std::size_t other : later[next]) {
      if (--awaited[other] == 0) ready.push_back(other);
    }
  }
  return result;
}

Blocks reordered(Blocks blocks, const InlinedStages& inlined, Random& random) {
  for (Block& block : blocks) block.inside = reordered(std::move(block.inside), inlined, random);
  std::vector<Statement> statements = statements_of(std::move(blocks), inlined);
  Blocks result;
  for (auto first = statements.begin(); first != statements.end();) {
    const Kind kind = first->kind;
    const auto end = std::find_if(first, statements.end(), [&](const Statement& s) { return s.kind != kind; });
    std::vector<Statement> alike{std::move_iterator(first), std::move_iterator(end)};
    if (kind != Kind::kOther) alike = reordered(std::move(alike), random);
    for (Statement& statement : alike) {
      std::move(statement.blocks.begin(), statement.blocks.end(), std::back_inserter(result));
    }
    first = end;
  }
  return result;
}

void number_in_order(Blocks& blocks) {
  std::map<std::size_t, std::size_t> loops;
  std::map<std::size_t, std::size_t> temporaries;
  const auto new_name = [&](const ProgramName& name) -> ProgramName {
    if (name.kind != NameKind::kLoop && name.kind != NameKind::kTemporary) return name;
    auto& numbers = name.kind == NameKind::kLoop ? loops : temporaries;
    return {name.kind, numbers.try_emplace(name.number, numbers.size()).first->second};
  };
  for_each_line(blocks, [&](std::string& line) {
    line = with_names(line, new_name);
    // Temporaries are those of one expression, whose own line comes last.
    if (kind_of(line) != Kind::kTemporary) temporaries.clear();
  });
}

std::size_t first_free_loop(const Blocks& blocks) {
  std::size_t free = 0;
  for (const ProgramName& name : names_of(blocks)) {
    if (name.kind == NameKind::kLoop) free = std::max(free, name.number + 1);
  }
  return free;
}

void add_unit_loops(Blocks& blocks, double share, std::size_t& free_loop, Random& random) {
  for (Block& block : blocks) {
    add_unit_loops(block.inside, share, free_loop, random);
    if (!is_loop(block.line) || !random.chance(share)) continue;
    Block unit{fmt::format("for {} in 1:", name_text({NameKind::kLoop, free_loop++})), {}};
    unit.inside.push_back(std::move(block));
    block = std::move(unit);
  }
}

}  // namespace

std::string augmented(std::string_view text, const AugmentationShares& shares, Random& random) {
  std::string result(text);
  if (random.chance(shares.reordered)) result = with_reordered_statements(result, random);
  result = with_unit_loops(result, shares.unit_loops, random);
  if (random.chance(shares.renamed)) result = with_exchanged_names(result, random);
  return result;
}

std::string with_reordered_statements(std::string_view text, Random& random) {
  Blocks blocks = blocks_of(text);
  const InlinedStages inlined = inlined_stages(blocks);
  blocks = reordered(std::move(blocks), inlined, random);
  number_in_order(blocks);
  return text_of(blocks);
}

std::string with_unit_loops(std::string_view text, double share, Random& random) {
  Blocks blocks = blocks_of(text);
  std::size_t free_loop = first_free_loop(blocks);
  add_unit_loops(blocks, share, free_loop, random);
  number_in_order(blocks);
  return text_of(blocks);
}

std::string with_exchanged_names(std::string_view text, Random& random) {
  Blocks blocks = blocks_of(text);
  const Names names = names_of(blocks);
  std::map<ProgramName, ProgramName> new_names;
  for (auto first = names.begin(); first != names.end();) {
    const auto end = std::find_if(first, names.end(), [&](const ProgramName& n) { return n.kind != first->kind; });
    std::vector<ProgramName> left(first, end);
    for (; first != end; ++first) {
      std::swap(left[random.below(left.size())], left.back());
      new_names.emplace(*first, left.back());
      left.pop_back();
    }
  }
  for_each_line(blocks, [&](std::string& line) {
    line = with_names(line, [&](const ProgramName& n) { return new_names.at(n); });
  });
  return text_of(blocks);
}

}  // namespace tilecast
