#include "runtime/package/memory_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace tilecast {
namespace {

std::int64_t largest_live_set(const std::vector<TensorLifetime>& tensors, int steps) {
  std::int64_t largest = 0;
  for (int step = 0; step < steps; ++step) {
    std::int64_t live = 0;
    for (const TensorLifetime& t : tensors) live += t.first <= step && step <= t.last ? aligned_bytes(t.bytes) : 0;
    largest = std::max(largest, live);
  }
  return largest;
}

std::int64_t sum(const std::vector<TensorLifetime>& tensors) {
  std::int64_t total = 0;
  for (const TensorLifetime& t : tensors) total += aligned_bytes(t.bytes);
  return total;
}

bool overlap(const TensorLifetime& a, std::int64_t a_offset, const TensorLifetime& b, std::int64_t b_offset) {
  const bool in_time = a.first <= b.last && b.first <= a.last;
  return in_time && a_offset < b_offset + b.bytes && b_offset < a_offset + a.bytes;
}

TEST(MemoryPlan, ChainNeedsTwoNeighbours) {
  const std::vector<TensorLifetime> chain{{1000, 0, 1}, {1000, 1, 2}, {1000, 2, 3}, {1000, 3, 4}};
  const MemoryPlan plan = plan_memory(chain);
  EXPECT_EQ(plan.bytes, 2048);
  EXPECT_EQ(plan.offsets[0], plan.offsets[2]);
}

TEST(MemoryPlan, TakesTheSmallestGapThatFits) {
  // Two gaps are free at step 5: of 2048 bytes (where the first was) and of 1024.
  const std::vector<TensorLifetime> tensors{{8192, 0, 9}, {4096, 5, 9}, {2048, 0, 1}, {1024, 5, 9}, {0, 5, 9}};
  const MemoryPlan plan = plan_memory(tensors);
  EXPECT_EQ(plan.bytes, largest_live_set(tensors, 10));
}

TEST(MemoryPlan, NothingNeedsNothing) {
  EXPECT_EQ(plan_memory({}).bytes, 0);
}

TEST(MemoryPlan, RandomLifetimesNeverOverlap) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    const int steps = 1 + static_cast<int>(random.below(30));
    std::vector<TensorLifetime> tensors(random.below(60));
    for (TensorLifetime& t : tensors) {
      t.bytes = static_cast<std::int64_t>(random.below(random.chance(0.3) ? 100000 : 2000));
      t.first = static_cast<int>(random.below(static_cast<std::size_t>(steps)));
      t.last = std::min(steps - 1, t.first + static_cast<int>(random.below(6)));
    }
    const MemoryPlan plan = plan_memory(tensors);
    EXPECT_GE(plan.bytes, largest_live_set(tensors, steps));
    EXPECT_LE(plan.bytes, sum(tensors));
    for (std::size_t a = 0; a < tensors.size(); ++a) {
      EXPECT_EQ(plan.offsets[a] % kTensorAlignment, 0);
      EXPECT_LE(plan.offsets[a] + tensors[a].bytes, plan.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        ASSERT_FALSE(overlap(tensors[a], plan.offsets[a], tensors[b], plan.offsets[b])) << "round " << round;
      }
    }
  }
}

}  // namespace
}  // namespace tilecast
