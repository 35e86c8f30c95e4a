// Program text (schedule/state.h) as tokens: a closed vocabulary of words, and numbers by their value. Nothing is lost
// but the spelling: the tokens of a line say all that the line says.
//
//   " vectorized for i7 in 16:"   ->   line(1) vectorized for i:7 in number(16) :
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilecast {

// Raised when a word gets another number: models that were trained with an earlier version are of no use then.
inline constexpr int kTokenizerVersion = 1;

struct Token {
  std::uint16_t word = 0;  // below vocabulary_size()
  // Of numbers, their value. Of the first token of each line, its depth in the nest. 0 of others.
  double value = 0;
  bool operator==(const Token&) const = default;
};

// Names in program text are a letter or two and a number: buffers in0, stages s3, loops i7, axes a1, temporaries t2.
// Each of the first kNamesOfAKind numbers is a word; what comes after wraps around.
inline constexpr int kNamesOfAKind = 64;
// Functions are an open set: their names are hashed to this many words.
inline constexpr int kFunctionWords = 32;

// In the order of their words.
enum class NameKind : std::uint8_t { kInput, kStage, kLoop, kAxis, kTemporary };
struct ProgramName {
  NameKind kind = NameKind::kInput;
  std::size_t number = 0;
  auto operator<=>(const ProgramName&) const = default;
};
// The name that an identifier is; nothing when it is a keyword or a function.
std::optional<ProgramName> program_name(std::string_view identifier);
std::string name_text(const ProgramName& name);

std::size_t vocabulary_size();
// What a token was made from, for a person: "for", "i:7", "number", "function:3".
std::string word_text(std::uint16_t word);

// Characters that no program text has become a token of the word "unknown" each, so that they can be counted.
std::vector<Token> tokenize(std::string_view text);
std::uint16_t unknown_word();
// Whether the token is the first of a line; whether its value says anything.
bool begins_line(const Token& token);
bool has_value(const Token& token);

// A number as features, so that numbers that are near have features that are near: the logarithm of its size, in which
// 64 and 65 are neighbours and 64 and 640 are not; its sign; and, weaker, how often it can be halved, which decides
// about vectors and tails.
inline constexpr std::size_t kNumberFeatures = 4;
std::array<float, kNumberFeatures> number_features(double value);

}  // namespace tilecast
