#include "base/hash.h"

#include <fmt/format.h>

namespace tilecast {

void StableHash::add_bytes(std::string_view bytes) {
  for (const char c : bytes) {
    state_ ^= static_cast<unsigned char>(c);
    state_ *= 0x100000001b3ULL;
  }
}

void StableHash::add_int(std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) {
    state_ ^= (value >> shift) & 0xff;
    state_ *= 0x100000001b3ULL;
  }
}

std::uint64_t StableHash::finish() const {
  std::uint64_t h = state_;
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  h ^= h >> 33;
  return h;
}

std::uint64_t stable_hash(std::string_view bytes) {
  StableHash hash;
  hash.add_bytes(bytes);
  return hash.finish();
}

std::string hash_to_hex(std::uint64_t hash) {
  return fmt::format("{:016x}", hash);
}

}  // namespace tilecast
