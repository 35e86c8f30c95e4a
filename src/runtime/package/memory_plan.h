// Places tensors in one block of memory, so that tensors that are not needed at the same time share bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tilecast {

inline constexpr std::int64_t kTensorAlignment = 128;

// Must hold from step `first` to step `last`, both included.
struct TensorLifetime {
  std::int64_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  std::vector<std::int64_t> offsets;  // one a tensor, multiples of kTensorAlignment
  std::int64_t bytes = 0;             // of the block
};

// Largest first, each into the smallest gap that it fits in among those that live at the same time.
MemoryPlan plan_memory(std::span<const TensorLifetime> tensors);

// Rounded up to kTensorAlignment.
std::int64_t aligned_bytes(std::int64_t bytes);

}  // namespace tilecast
