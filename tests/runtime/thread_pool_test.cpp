#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "runtime/kernel_runtime.h"
#include "runtime/thread_slot.h"

namespace tilecast::runtime {
namespace {

struct Counts {
  std::vector<std::atomic<int>> done;
  explicit Counts(int size) : done(static_cast<std::size_t>(size)) {}
};

int count(void* context, int index) {
  ++static_cast<Counts*>(context)->done[static_cast<std::size_t>(index)];
  return 0;
}

TEST(ThreadPool, RunsEveryIterationOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int round = 0; round < 2000; ++round) {
      const int size = round % 37;
      Counts counts(size + 3);
      ASSERT_EQ(pool.parallel_for(3, size, count, &counts), 0);
      for (int i = 0; i < size + 3; ++i) ASSERT_EQ(counts.done[static_cast<std::size_t>(i)], i < 3 ? 0 : 1);
    }
  }
}

struct Meeting {
  std::atomic<int> present{0};
  std::atomic<int> core{-1};  // of the caller
  std::atomic<int> workers_there{0};
};

// Both iterations of a loop at once, each on a thread of its own.
int meet(void* context, int) {
  auto* const meeting = static_cast<Meeting*>(context);
  ++meeting->present;
  while (meeting->present < 2) std::this_thread::yield();
  cpu_set_t cores;
  if (this_thread_slot().index > 0 && sched_getaffinity(0, sizeof cores, &cores) == 0) {
    meeting->workers_there += CPU_ISSET(static_cast<std::size_t>(meeting->core.load()), &cores) ? 1 : 0;
  }
  return 0;
}

TEST(ThreadPool, WorkersStayOffTheCallersCoreWhereverItIs) {
  cpu_set_t usable;
  ASSERT_EQ(sched_getaffinity(0, sizeof usable, &usable), 0);
  if (CPU_COUNT(&usable) < 2) GTEST_SKIP() << "one core";
  ThreadPool pool(2);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(static_cast<std::size_t>(core), &usable)) continue;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(core), &only);
    ASSERT_EQ(sched_setaffinity(0, sizeof only, &only), 0);
    Meeting meeting{.core = core};
    EXPECT_EQ(pool.parallel_for(0, 2, meet, &meeting), 0);
    EXPECT_EQ(meeting.workers_there, 0) << "core " << core;
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof usable, &usable), 0);
}

struct Nested {
  ThreadPool* pool;
  std::atomic<int> runs{0};
};

int inner(void* context, int) {
  ++static_cast<Nested*>(context)->runs;
  return this_thread_slot().loop_threads > 0 ? 0 : 1;
}

int outer(void* context, int) {
  return static_cast<Nested*>(context)->pool->parallel_for(0, 7, inner, context);
}

TEST(ThreadPool, NestedLoopsRunSerially) {
  ThreadPool pool(3);
  Nested nested{&pool};
  for (int round = 1; round <= 300; ++round) {
    ASSERT_EQ(pool.parallel_for(0, 11, outer, &nested), 0);
    ASSERT_EQ(nested.runs, round * 77);
  }
}

int fail_at(void* context, int index) {
  return index == *static_cast<int*>(context) ? -7 : 0;
}

// An error ends its loop and leaves nothing behind for the next one.
TEST(ThreadPool, ReturnsTheErrorOfAnIteration) {
  ThreadPool pool(4);
  for (int round = 0; round < 1000; ++round) {
    int bad = round % 50;
    ASSERT_EQ(pool.parallel_for(0, 50, fail_at, &bad), -7);
    bad = -1;
    ASSERT_EQ(pool.parallel_for(0, 50, fail_at, &bad), 0);
  }
}

TEST(ThreadPool, SeveralCallersShareAPool) {
  ThreadPool pool(3);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int c = 0; c < 3; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        Counts counts(40);
        pool.parallel_for(0, 40, count, &counts);
        for (const auto& done : counts.done) wrong += done == 1 ? 0 : 1;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tilecast::runtime
