#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>

#include "runtime/kernel_runtime.h"
#include "runtime/thread_slot.h"

namespace tilecast::runtime {
namespace {

// The calling thread as the first of four in a loop.
class InLoop {
 public:
  InLoop() { this_thread_slot() = {0, 4}; }
  ~InLoop() { this_thread_slot() = {}; }
  InLoop(const InLoop&) = delete;
  InLoop& operator=(const InLoop&) = delete;
};

TEST(ScratchAllocator, BlocksAreAlignedApartAndReused) {
  const InLoop in_loop;
  ScratchAllocator scratch;
  std::vector<char*> blocks;
  for (std::size_t bytes = 0; bytes < 5000; bytes += 37) {
    auto* block = static_cast<char*>(scratch.allocate(bytes));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 128, 0U);
    std::memset(block, static_cast<int>(bytes % 251), bytes);
    blocks.push_back(block);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::size_t bytes = 37 * i;
    if (bytes == 0) continue;
    EXPECT_EQ(static_cast<unsigned char>(blocks[i][0]), bytes % 251);
    EXPECT_EQ(static_cast<unsigned char>(blocks[i][bytes - 1]), bytes % 251);
  }
  const std::size_t reserved = scratch.reserved_bytes();
  for (char* block : blocks) scratch.release(block);
  for (std::size_t bytes = 0; bytes < 5000; bytes += 37) scratch.allocate(bytes);
  EXPECT_EQ(scratch.reserved_bytes(), reserved);
}

TEST(ScratchAllocator, WastesAtMostAQuarter) {
  const InLoop in_loop;
  for (std::size_t bytes = 1024; bytes < (1 << 20); bytes += 1000) {
    ScratchAllocator scratch;
    scratch.allocate(bytes);
    EXPECT_GE(scratch.reserved_bytes(), bytes);
    EXPECT_LE(scratch.reserved_bytes(), bytes + bytes / 4 + 128) << bytes;
  }
}

TEST(ScratchAllocator, RefusesWhatNoSystemHas) {
  ScratchAllocator scratch;
  EXPECT_EQ(scratch.allocate(std::size_t{1} << 60), nullptr);
  const InLoop in_loop;
  EXPECT_EQ(scratch.allocate(std::numeric_limits<std::size_t>::max()), nullptr);
  EXPECT_EQ(scratch.allocate(std::size_t{1} << 60), nullptr);
}

// Takes blocks as a kernel does: one outside of its loop, two inside.
void run_kernel(ScratchAllocator& scratch, const std::vector<int>& threads_inside_at_once) {
  void* outside = scratch.allocate(1000);
  std::vector<void*> inside;
  for (const int thread : threads_inside_at_once) {
    this_thread_slot() = {thread, 4};
    inside.push_back(scratch.allocate(1000));
    inside.push_back(scratch.allocate(3000));
  }
  for (std::size_t i = 0; i < inside.size(); ++i) {
    this_thread_slot() = {threads_inside_at_once[i / 2], 4};
    scratch.release(inside[i]);
  }
  this_thread_slot() = {};
  scratch.release(outside);
}

// The run that is counted had one thread in the loop at a time; a later one may have all four.
TEST(ScratchAllocator, ReserveCoversEveryThread) {
  ScratchAllocator scratch;
  run_kernel(scratch, {2});
  const std::size_t counted = scratch.reserved_bytes();
  ASSERT_TRUE(scratch.reserve(4));
  const std::size_t reserved = scratch.reserved_bytes();
  EXPECT_GT(reserved, counted);
  run_kernel(scratch, {0, 1, 2, 3});
  run_kernel(scratch, {3, 1});
  EXPECT_EQ(scratch.reserved_bytes(), reserved);
}

// What is taken outside of loops is shared by the kernels of a model.
TEST(ScratchAllocator, ReserveHoldsTheMostThatOneKernelNeedsOutsideOfItsLoop) {
  ScratchAllocator scratch;
  for (const std::size_t bytes : {1024, 4096, 2048}) scratch.release(scratch.allocate(bytes));
  ASSERT_TRUE(scratch.reserve(4));
  EXPECT_EQ(scratch.reserved_bytes(), 4096U);
}

}  // namespace
}  // namespace tilecast::runtime
