#include "worldmodel/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <span>

#include "base/hash.h"

namespace tilecast {
namespace {

constexpr std::string_view kSpecial[] = {"unknown", "line", "number"};
enum Special : std::uint16_t { kUnknown, kLine, kNumber };

constexpr std::string_view kKeywords[] = {
    "input",    "constant", "packed", "inlined", "allocate", "for",    "in",  "reducing", "vectorized", "unrolled",
    "parallel", "auto",     "heap",   "stack",   "register", "select", "min", "max",      "float32",    "float64",
    "int8",     "int16",    "int32",  "int64",   "uint8",    "bool",   "inf", "nan"};

// Longest first, so that "max=" is not read as "max" and "=".
constexpr std::string_view kSymbols[] = {"max=", "min=", "&&", "||", "<=", "==", "!=", "+=", "*=", "[", "]", "(",
                                         ")",    ",",    ":",  "=",  "<",  "+",  "-",  "*",  "/",  "%", "!"};

// In the order of NameKind.
constexpr std::string_view kNameKinds[] = {"in", "s", "i", "a", "t"};

constexpr std::size_t kFirstKeyword = std::size(kSpecial);
constexpr std::size_t kFirstSymbol = kFirstKeyword + std::size(kKeywords);
constexpr std::size_t kFirstName = kFirstSymbol + std::size(kSymbols);
constexpr std::size_t kFirstFunction = kFirstName + std::size(kNameKinds) * kNamesOfAKind;
constexpr std::size_t kWords = kFirstFunction + kFunctionWords;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::uint16_t word_number(std::size_t number) {
  return static_cast<std::uint16_t>(number);
}

// 0 for identifiers that are no names.
std::uint16_t name_word(std::string_view identifier) {
  const auto name = program_name(identifier);
  if (!name) return kUnknown;
  return word_number(kFirstName + static_cast<std::size_t>(name->kind) * kNamesOfAKind + name->number % kNamesOfAKind);
}

std::uint16_t identifier_word(std::string_view identifier) {
  const auto* keyword = std::find(std::begin(kKeywords), std::end(kKeywords), identifier);
  if (keyword != std::end(kKeywords)) {
    return word_number(kFirstKeyword + static_cast<std::size_t>(keyword - std::begin(kKeywords)));
  }
  if (const std::uint16_t name = name_word(identifier); name != kUnknown) return name;
  return word_number(kFirstFunction + stable_hash(identifier) % kFunctionWords);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::vector<Token> scan() {
    bool line_begins = true;
    while (!rest_.empty()) {
      if (line_begins) begin_line();
      line_begins = false;
      if (rest_.empty()) break;
      if (rest_.front() == '\n') {
        line_begins = true;
        rest_.remove_prefix(1);
      } else if (rest_.front() == ' ') {
        rest_.remove_prefix(1);
      } else {
        scan_token();
      }
    }
    return std::move(tokens_);
  }

 private:
  void begin_line() {
    const std::size_t depth = std::min(rest_.find_first_not_of(' '), rest_.size());
    rest_.remove_prefix(depth);
    tokens_.push_back({kLine, static_cast<double>(depth)});
  }

  void scan_token() {
    // After a name, a number or a closing bracket a sign is an operator.
    const bool signed_number = rest_.front() == '-' && !after_operand_ && rest_.size() > 1 && is_digit(rest_[1]);
    if (is_digit(rest_.front()) || signed_number) return scan_number();
    if (is_letter(rest_.front()) && !starts_with_symbol()) return scan_identifier();
    for (std::size_t i = 0; i < std::size(kSymbols); ++i) {
      if (!rest_.starts_with(kSymbols[i])) continue;
      rest_.remove_prefix(kSymbols[i].size());
      after_operand_ = kSymbols[i] == ")" || kSymbols[i] == "]";
      tokens_.push_back({word_number(kFirstSymbol + i)});
      return;
    }
    rest_.remove_prefix(1);
    after_operand_ = false;
    tokens_.push_back({kUnknown});
  }

  bool starts_with_symbol() const { return rest_.starts_with("max=") || rest_.starts_with("min="); }

  void scan_number() {
    double value = 0;
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    if (rest_.starts_with('f')) rest_.remove_prefix(1);
    after_operand_ = true;
    tokens_.push_back({kNumber, value});
  }

  void scan_identifier() {
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), [](char c) { return is_letter(c) || is_digit(c); });
    const std::string_view identifier = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(identifier.size());
    // "-inff": the f says that the constant is a float.
    const bool infinite = identifier == "inff" || identifier == "nanf";
    after_operand_ = true;
    tokens_.push_back({identifier_word(infinite ? identifier.substr(0, 3) : identifier)});
  }

  std::string_view rest_;
  bool after_operand_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::optional<ProgramName> program_name(std::string_view identifier) {
  // A letter or two of the kind, then digits only.
  const auto digits =
      static_cast<std::size_t>(std::find_if(identifier.begin(), identifier.end(), is_digit) - identifier.begin());
  const auto* kind = std::find(std::begin(kNameKinds), std::end(kNameKinds), identifier.substr(0, digits));
  std::size_t number = 0;
  const char* end = identifier.data() + identifier.size();
  const auto [stop, error] = std::from_chars(identifier.data() + digits, end, number);
  if (kind == std::end(kNameKinds) || error != std::errc() || stop != end) return std::nullopt;
  return ProgramName{static_cast<NameKind>(kind - std::begin(kNameKinds)), number};
}

std::string name_text(const ProgramName& name) {
  return fmt::format("{}{}", kNameKinds[static_cast<std::size_t>(name.kind)], name.number);
}

std::size_t vocabulary_size() {
  return kWords;
}

std::uint16_t unknown_word() {
  return kUnknown;
}

bool begins_line(const Token& token) {
  return token.word == kLine;
}

bool has_value(const Token& token) {
  return token.word == kLine || token.word == kNumber;
}

std::string word_text(std::uint16_t word) {
  if (word < kFirstKeyword) return std::string(kSpecial[word]);
  if (word < kFirstSymbol) return std::string(kKeywords[word - kFirstKeyword]);
  if (word < kFirstName) return std::string(kSymbols[word - kFirstSymbol]);
  if (word < kFirstFunction) {
    const std::size_t name = word - kFirstName;
    return fmt::format("{}:{}", kNameKinds[name / kNamesOfAKind], name % kNamesOfAKind);
  }
  return fmt::format("function:{}", word - kFirstFunction);
}

std::vector<Token> tokenize(std::string_view text) {
  return Scanner(text).scan();
}

std::array<float, kNumberFeatures> number_features(double value) {
  // Larger powers of two decide about nothing: the widest vectors have 64 lanes.
  constexpr double kMostHalvings = 6;
  constexpr double kWeightOfHalvings = 0.1;
  const double size = std::isfinite(value) ? std::min(std::abs(value), 1e18) : 1e18;
  double halvings = 0;
  for (double rest = size; rest >= 2 && std::fmod(rest, 2) == 0 && halvings < kMostHalvings; rest /= 2) ++halvings;
  return {static_cast<float>(std::log2(1 + size)), value < 0 ? 1.0F : 0.0F, size == 0 ? 1.0F : 0.0F,
          static_cast<float>(kWeightOfHalvings * halvings)};
}

}  // namespace tilecast
