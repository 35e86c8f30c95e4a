// A stable hash: the same bytes give the same number on every machine, in every build, for ever. Keys in records use
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tilecast {

// 64-bit FNV-1a with a final avalanche (the finalizer of MurmurHash3), so that near inputs differ in all bits.
class StableHash {
 public:
  void add_bytes(std::string_view bytes);
  // Adds the value as eight little-endian bytes, whatever the machine's byte order.
  void add_int(std::uint64_t value);
  std::uint64_t finish() const;

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

std::uint64_t stable_hash(std::string_view bytes);

// Sixteen lower-case hexadecimal digits.
std::string hash_to_hex(std::uint64_t hash);

}  // namespace tilecast
