#include "base/process_use.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

namespace tilecast {
namespace {

TEST(ProcessUse, MemoryGrowsAndItsPeakStays) {
  constexpr std::int64_t kBytes = std::int64_t{64} << 20;
  const ProcessMemory before = process_memory();
  EXPECT_GT(before.resident_bytes, 0);
  EXPECT_GE(before.peak_bytes, before.resident_bytes);
  {
    const std::vector<char> block(static_cast<std::size_t>(kBytes), 1);
    EXPECT_GE(process_memory().resident_bytes, before.resident_bytes + kBytes / 2);
  }
  EXPECT_GE(process_memory().peak_bytes, before.resident_bytes + kBytes / 2);
}

TEST(ProcessUse, CpuTimeCountsWorkAndNotWaiting) {
  const auto used_in = [](const auto& work) {
    const double before = process_cpu_seconds(::getpid());
    work();
    return process_cpu_seconds(::getpid()) - before;
  };
  EXPECT_LT(used_in([] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); }), 0.02);
  // On a loaded machine 100 ms of a loop are fewer of CPU time, but not none.
  EXPECT_GT(used_in([] {
              const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
              while (std::chrono::steady_clock::now() < end) {
              }
            }),
            0.005);
  EXPECT_EQ(process_cpu_seconds(0x7ffffff0), 0);
}

}  // namespace
}  // namespace tilecast
