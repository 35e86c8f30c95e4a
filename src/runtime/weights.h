// The weights of a model, read-only: its file mapped, what kernels read all of copied into huge pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/plan.h"

namespace tilecast::runtime {

// A stable hash of a file's content, at the speed of memory (four lanes of 64-bit words). Says whether a file is the
// one that was written; no protection against intent.
std::uint64_t weights_hash(const void* data, std::size_t bytes);

// The same hash of a file that is seen piece by piece.
class WeightsHash {
 public:
  static constexpr std::size_t kBlock = 32;
  // Every piece but the last is a multiple of kBlock long.
  void add(const void* data, std::size_t bytes);
  std::uint64_t value() const;

 private:
  std::uint64_t lanes_[4] = {1, 2, 3, 4};
  std::uint64_t tail_[4] = {};  // what is left of the last piece, zeros behind it
  std::uint64_t bytes_ = 0;
};

class Weights {
 public:
  Weights() = default;
  ~Weights();
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;

  // Maps `file`, which must have this size and hash. To be called once. Of `lookups`, parts of the file, kernels read
  // little, here and there: their pages, and those of what fills no huge page, come into the process when a kernel
  // reads them, and what lies around them stays on disk. The rest is copied into huge pages, where the system has them.
  tilecast_status open(const char* file, std::uint64_t bytes, std::uint64_t hash,
                       std::span<const tilecast_region> lookups, tilecast_error* error);
  // The kernels' buffers have no const; the pages cannot be written.
  std::byte* data() const { return static_cast<std::byte*>(data_); }

 private:
  bool map(int descriptor, std::size_t bytes);
  void expect_lookups(const tilecast_region& lookups) const;
  void copy_into_huge_pages(int descriptor, std::span<const tilecast_region> lookups) const;

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace tilecast::runtime
