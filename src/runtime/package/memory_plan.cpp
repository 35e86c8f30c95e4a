#include "runtime/package/memory_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace tilecast {
namespace {

struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

bool live_together(const TensorLifetime& a, const TensorLifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

// `taken` is ordered by begin; ranges may overlap.
std::int64_t best_offset(std::span<const Range> taken, std::int64_t bytes) {
  std::int64_t best = -1;
  std::int64_t best_gap = std::numeric_limits<std::int64_t>::max();
  std::int64_t end = 0;
  for (const Range& range : taken) {
    const std::int64_t gap = range.begin - end;
    if (gap >= bytes && gap < best_gap) {
      best = end;
      best_gap = gap;
    }
    end = std::max(end, range.end);
  }
  return best >= 0 ? best : end;
}

}  // namespace

std::int64_t aligned_bytes(std::int64_t bytes) {
  return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
}

MemoryPlan plan_memory(std::span<const TensorLifetime> tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return tensors[a].bytes > tensors[b].bytes; });
  MemoryPlan plan;
  plan.offsets.resize(tensors.size());
  std::vector<std::size_t> placed;
  for (const std::size_t tensor : order) {
    const std::int64_t bytes = aligned_bytes(tensors[tensor].bytes);
    std::vector<Range> taken;
    for (const std::size_t other : placed) {
      if (!live_together(tensors[tensor], tensors[other])) continue;
      taken.push_back({plan.offsets[other], plan.offsets[other] + aligned_bytes(tensors[other].bytes)});
    }
    std::sort(taken.begin(), taken.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
    plan.offsets[tensor] = best_offset(taken, bytes);
    plan.bytes = std::max(plan.bytes, plan.offsets[tensor] + bytes);
    placed.push_back(tensor);
  }
  return plan;
}

}  // namespace tilecast
