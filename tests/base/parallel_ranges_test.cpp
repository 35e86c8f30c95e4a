#include "base/parallel_ranges.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>

namespace tilecast {
namespace {

TEST(ParallelRanges, CoverEverythingOnce) {
  for (const std::size_t count : {0U, 1U, 7U, 64U, 1000U}) {
    for (const int threads : {-1, 0, 1, 2, 3, 8}) {
      std::vector<std::atomic<int>> visits(count);
      parallel_ranges(count, threads, 1, [&](std::size_t begin, std::size_t end) {
        EXPECT_LT(begin, end);
        for (std::size_t i = begin; i < end; ++i) ++visits[i];
      });
      for (const auto& v : visits) ASSERT_EQ(v, 1) << count << " items, " << threads << " threads";
    }
  }
}

TEST(ParallelRanges, UseNoMoreThreadsThanThereIsWorkFor) {
  const auto ranges = [](std::size_t count, int threads, std::size_t grain) {
    std::atomic<std::size_t> calls{0};
    parallel_ranges(count, threads, grain, [&](std::size_t, std::size_t) { ++calls; });
    return calls.load();
  };
  EXPECT_EQ(ranges(100, 4, 1), 4U);
  EXPECT_EQ(ranges(100, 4, 50), 2U);
  EXPECT_EQ(ranges(100, 4, 51), 1U);
  EXPECT_EQ(ranges(3, 4, 1), 3U);
  EXPECT_EQ(ranges(0, 4, 1), 0U);
}

TEST(ParallelRanges, RunAtOnceOnDifferentThreads) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_ranges(30, 3, 1, [&](std::size_t, std::size_t) {
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_TRUE(ids.contains(std::this_thread::get_id()));
}

}  // namespace
}  // namespace tilecast
