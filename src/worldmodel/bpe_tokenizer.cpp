#include "worldmodel/bpe_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace tilecast {
namespace {

using Ids = std::unordered_map<std::string, std::uint32_t>;

enum class CharacterClass : std::uint8_t { kLetter, kNumber, kSpace, kOther };

CharacterClass class_of(char character) {
  const auto byte = static_cast<unsigned char>(character);
  if (byte >= 128 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return CharacterClass::kLetter;
  if (byte >= '0' && byte <= '9') return CharacterClass::kNumber;
  if (byte == ' ' || (byte >= '\t' && byte <= '\r')) return CharacterClass::kSpace;
  return CharacterClass::kOther;
}

std::size_t contraction_length(std::string_view rest) {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (rest.starts_with(ending)) return ending.size();
  }
  return 0;
}

std::size_t run_length(std::string_view rest, CharacterClass of) {
  const auto* end = std::find_if(rest.begin(), rest.end(), [&](char c) { return class_of(c) != of; });
  return static_cast<std::size_t>(end - rest.begin());
}

// Of the first piece of `rest`, which is not empty.
std::size_t piece_length(std::string_view rest) {
  if (const std::size_t length = contraction_length(rest); length > 0) return length;
  const std::size_t lead = rest.size() > 1 && rest[0] == ' ' && class_of(rest[1]) != CharacterClass::kSpace ? 1 : 0;
  const CharacterClass of = class_of(rest[lead]);
  const std::size_t length = run_length(rest.substr(lead), of);
  if (of != CharacterClass::kSpace) return lead + length;
  // The last space stays for the word that follows.
  return length == rest.size() || length == 1 ? length : length - 1;
}

std::string utf8(std::uint32_t code_point) {
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  return {static_cast<char>(0xc0U | code_point >> 6), static_cast<char>(0x80U | (code_point & 0x3fU))};
}

// How the vocabulary writes each byte: those that print as their Latin-1 character, others in their order from 256 on.
std::array<std::string, 256> texts_of_bytes() {
  std::array<std::string, 256> texts;
  std::uint32_t others = 0;
  for (std::uint32_t byte = 0; byte < texts.size(); ++byte) {
    const bool prints = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    texts[byte] = utf8(prints ? byte : 256 + others++);
  }
  return texts;
}

Result<Ids> read_vocabulary(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{"vocab.json is no JSON object"};
  Ids ids;
  for (const auto& [token, id] : json.items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > UINT32_MAX) {
      return Error{fmt::format("vocab.json: {} is no number of a token: '{}'", id.dump(), token)};
    }
    ids.emplace(token, id.get<std::uint32_t>());
  }
  return ids;
}

Result<std::uint32_t> id_of(const Ids& ids, const std::string& token) {
  const auto found = ids.find(token);
  if (found == ids.end()) return Error{fmt::format("vocab.json has no token {}", token)};
  return found->second;
}

}  // namespace

std::vector<std::string_view> pre_tokenize(std::string_view text) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const std::size_t length = piece_length(text);
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

Result<BpeTokenizer> BpeTokenizer::from(const std::string& vocabulary, const std::string& merges) {
  TILECAST_TRY(const Ids ids, read_vocabulary(vocabulary));
  BpeTokenizer tokenizer;
  TILECAST_TRY(tokenizer.begin_, id_of(ids, "<s>"));
  TILECAST_TRY(tokenizer.padding_, id_of(ids, "<pad>"));
  TILECAST_TRY(tokenizer.end_, id_of(ids, "</s>"));
  TILECAST_TRY(const std::uint32_t unknown, id_of(ids, "<unk>"));
  const std::array<std::string, 256> texts = texts_of_bytes();
  for (std::size_t byte = 0; byte < texts.size(); ++byte) {
    const auto found = ids.find(texts[byte]);
    tokenizer.byte_ids_[byte] = found == ids.end() ? unknown : found->second;
  }
  for (const auto& [token, id] : ids) tokenizer.largest_id_ = std::max(tokenizer.largest_id_, id);
  TILECAST_CHECK(tokenizer.read_merges(merges, ids));
  return tokenizer;
}

Status BpeTokenizer::read_merges(const std::string& merges, const Ids& ids) {
  std::istringstream stream(merges);
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) {
      return Error{fmt::format("merges.txt, line {}: '{}' is no pair of tokens", number, line)};
    }
    const std::string left = line.substr(0, space);
    const std::string right = line.substr(space + 1);
    for (const std::string& token : {left, right, left + right}) {
      if (!ids.contains(token)) {
        return Error{fmt::format("merges.txt, line {}: '{}' is not in vocab.json", number, token)};
      }
    }
    merges_.try_emplace(pair_key(ids.at(left), ids.at(right)), Merge{number, ids.at(left + right)});
  }
  if (merges_.empty()) return Error{"merges.txt has no merges"};
  return Unit{};
}

std::vector<std::uint32_t> BpeTokenizer::merged(std::string_view piece) const {
  std::vector<std::uint32_t> ids;
  for (const char character : piece) ids.push_back(byte_ids_[static_cast<unsigned char>(character)]);
  while (true) {
    const Merge* best = nullptr;
    std::uint64_t best_pair = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const std::uint64_t pair = pair_key(ids[i], ids[i + 1]);
      const auto found = merges_.find(pair);
      if (found == merges_.end() || (best != nullptr && best->rank <= found->second.rank)) continue;
      best = &found->second;
      best_pair = pair;
    }
    if (best == nullptr) return ids;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ids.size(); ++kept) {
      const bool merges = i + 1 < ids.size() && pair_key(ids[i], ids[i + 1]) == best_pair;
      ids[kept] = merges ? best->id : ids[i];
      i += merges ? 2 : 1;
    }
    ids.resize(kept);
  }
}

std::vector<std::uint32_t> BpeTokenizer::encode(std::string_view text, std::size_t most) const {
  std::vector<std::uint32_t> ids{begin_};
  for (const std::string_view piece : pre_tokenize(text)) {
    if (ids.size() + 1 >= most) break;
    const std::vector<std::uint32_t> tokens = merged(piece);
    ids.insert(ids.end(), tokens.begin(), tokens.end());
  }
  ids.resize(std::min(ids.size(), most - 1));
  ids.push_back(end_);
  return ids;
}

}  // namespace tilecast
