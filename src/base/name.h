// A short name held in place: loops and stages are looked up by name millions of times a second during search.
#pragma once

#include <cassert>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tilecast {

// At most 23 bytes, compared as three machine words. Longer text is a bug of the caller: check `fits` first.
class Name {
 public:
  static constexpr std::size_t kCapacity = 23;
  static constexpr bool fits(std::string_view text) { return text.size() <= kCapacity; }

  Name() = default;
  Name(std::string_view text) {  // NOLINT(google-explicit-constructor)
    assert(fits(text));
    std::memcpy(bytes_, text.data(), text.size() < kCapacity ? text.size() : kCapacity);
  }
  Name(const char* text) : Name(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
  Name(const std::string& text) : Name(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)

  std::string_view view() const { return {bytes_}; }
  std::string str() const { return std::string(view()); }
  bool empty() const { return bytes_[0] == '\0'; }

  friend bool operator==(const Name& a, const Name& b) { return std::memcmp(a.bytes_, b.bytes_, sizeof a.bytes_) == 0; }
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) { return a.view() <=> b.view(); }

 private:
  alignas(8) char bytes_[kCapacity + 1] = {};
};

}  // namespace tilecast
