// The file of a model's weights, mapped read-only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/plan.h"

namespace tilecast::runtime {

// A stable hash of a file's content, at the speed of memory (four lanes of 64-bit words). Says whether a file is the
// one that was written; no protection against intent.
std::uint64_t weights_hash(const void* data, std::size_t bytes);

class Weights {
 public:
  Weights() = default;
  ~Weights();
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;

  // Maps `file`, which must have this size and hash. To be called once.
  tilecast_status open(const char* file, std::uint64_t bytes, std::uint64_t hash, tilecast_error* error);
  // The kernels' buffers have no const; the pages cannot be written.
  std::byte* data() const { return static_cast<std::byte*>(data_); }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace tilecast::runtime
