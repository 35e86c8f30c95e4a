// Byte-level byte-pair encoding as GPT-2 and RoBERTa have it (Radford et al., 2019; Sennrich et al., ACL 2016), for
// models that others trained: CodeBERT reads text this way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace tilecast {

// What merges never cross: GPT-2's pattern
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// for ASCII, as program text is. Bytes of other characters count as letters, whatever those are.
std::vector<std::string_view> pre_tokenize(std::string_view text);

class BpeTokenizer {
 public:
  // `vocabulary` is the content of a vocab.json, which numbers the tokens; `merges` that of a merges.txt, one pair of
  // tokens a line, the first to be merged first. Errors begin with the name of the file of the two that is wrong.
  static Result<BpeTokenizer> from(const std::string& vocabulary, const std::string& merges);

  // <s>, the text's tokens, </s>; of the text as many as leave `most` (2 or more) altogether. The text of a special
  // token, such as "<mask>", is text like any other.
  std::vector<std::uint32_t> encode(std::string_view text, std::size_t most) const;

  std::uint32_t padding() const { return padding_; }
  // The largest number that a token has.
  std::uint32_t largest_id() const { return largest_id_; }

 private:
  struct Merge {
    std::size_t rank = 0;
    std::uint32_t id = 0;  // of what the two become
  };
  static std::uint64_t pair_key(std::uint32_t left, std::uint32_t right) {
    return static_cast<std::uint64_t>(left) << 32 | right;
  }
  Status read_merges(const std::string& merges, const std::unordered_map<std::string, std::uint32_t>& ids);
  std::vector<std::uint32_t> merged(std::string_view piece) const;

  std::array<std::uint32_t, 256> byte_ids_{};
  std::unordered_map<std::uint64_t, Merge> merges_;  // by pair_key
  std::uint32_t begin_ = 0;
  std::uint32_t padding_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t largest_id_ = 0;
};

}  // namespace tilecast
