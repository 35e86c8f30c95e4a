#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <thread>

#include "runtime/kernel_runtime.h"
#include "runtime/thread_slot.h"

namespace tilecast::runtime {
namespace {

using Clock = std::chrono::steady_clock;

// How long an idle worker stays awake: longer than the serial gaps between a model's loops, and short enough to cost
// nothing once the model has finished. Waking a sleeping one costs 8 us, a spinning one 0.2 (bench/parallel_loop.cpp).
constexpr std::chrono::microseconds kSpinTime{200};
// Pauses between two looks at the clock, which costs about as much as this many pauses.
constexpr int kPausesPerClockRead = 16;
constexpr std::size_t kCacheLine = 128;  // x86 fetches lines in pairs

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `ready` or the time is over; says whether `ready`.
template <class Ready>
bool spin(Clock::duration time, Ready ready) {
  if (ready()) return true;
  if (time == Clock::duration::zero()) return false;
  const Clock::time_point end = Clock::now() + time;
  do {
    for (int i = 0; i < kPausesPerClockRead; ++i) {
      pause();
      if (ready()) return true;
    }
  } while (Clock::now() < end);
  return false;
}

// The cores that the calling thread may run on; none when the system does not say.
cpu_set_t usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) CPU_ZERO(&set);
  return set;
}

// The unclaimed rest of a loop in one word, so that a claim can never be taken from another loop than the one it was
// read from: the number of the loop in the upper half, the iterations nobody has claimed yet in the lower.
constexpr std::uint64_t make_rest(std::uint32_t loop, std::uint32_t iterations) {
  return (std::uint64_t{loop} << 32) | iterations;
}
constexpr std::uint32_t loop_of(std::uint64_t rest) {
  return static_cast<std::uint32_t>(rest >> 32);
}
constexpr std::uint32_t iterations_of(std::uint64_t rest) {
  return static_cast<std::uint32_t>(rest);
}

int run_serially(int begin, int size, ThreadPool::Body body, void* context) {
  for (int i = 0; i < size; ++i) {
    if (const int result = body(context, begin + i); result != 0) return result;
  }
  return 0;
}

}  // namespace

ThreadSlot& this_thread_slot() {
  // In a library that was loaded with dlopen, the usual model allocates when a thread comes here for the first time.
  [[gnu::tls_model("initial-exec")]] static thread_local ThreadSlot slot;
  return slot;
}

struct ThreadPool::Impl {
  explicit Impl(int wanted_threads);
  ~Impl();

  void worker(int index);
  void keep_workers_off(int core);
  void run_share(std::uint32_t loop);
  int run(int begin, int size, Body new_body, void* new_context);

  // The loop under way. Written before `rest` is published and while nothing of an earlier loop is left to claim, so
  // that whoever has claimed iterations has read the right values; atomic because a late worker may read them in vain.
  std::atomic<Body> body{nullptr};
  std::atomic<void*> context{nullptr};
  std::atomic<std::uint32_t> begin{0};
  std::atomic<std::uint32_t> size{0};
  std::atomic<int> result{0};
  std::atomic<bool> busy{false};

  alignas(kCacheLine) std::atomic<std::uint64_t> rest{0};
  alignas(kCacheLine) std::atomic<std::uint32_t> unfinished{0};
  alignas(kCacheLine) std::atomic<std::uint32_t> loop_number{0};  // idle workers wait for it to change
  std::atomic<bool> stop{false};

  alignas(kCacheLine) int threads = 1;
  Clock::duration spin_time = kSpinTime;
  cpu_set_t cores = usable_cores();
  bool has_core_each = false;
  int caller_core = -1;  // that workers are kept off
  std::vector<std::thread> workers;
};

ThreadPool::Impl::Impl(int wanted_threads) {
  // Signals are the business of the program's own threads: workers inherit a mask that blocks them.
  sigset_t all;
  sigset_t previous;
  sigfillset(&all);
  const bool masked = pthread_sigmask(SIG_SETMASK, &all, &previous) == 0;
  // Set before the first worker starts: they read it.
  threads = std::max(1, wanted_threads);
  has_core_each = threads <= CPU_COUNT(&cores);
  if (!has_core_each) spin_time = Clock::duration::zero();
  workers.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int i = 1; i < wanted_threads; ++i) workers.emplace_back([this, i] { worker(i); });
  } catch (const std::system_error&) {
    // The system gives no more threads; the pool works with those it has, and threads() tells.
  }
  if (masked) pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

ThreadPool::Impl::~Impl() {
  stop.store(true, std::memory_order_relaxed);
  loop_number.fetch_add(1);
  loop_number.notify_all();
  for (std::thread& thread : workers) thread.join();
}

void ThreadPool::Impl::worker(int index) {
  pthread_setname_np(pthread_self(), "tilecast");
  this_thread_slot().index = index;
  std::uint32_t seen = 0;
  const auto changed = [&] { return loop_number.load(std::memory_order_acquire) != seen; };
  while (true) {
    if (!spin(spin_time, changed)) loop_number.wait(seen, std::memory_order_acquire);
    seen = loop_number.load(std::memory_order_acquire);
    if (stop.load(std::memory_order_relaxed)) return;
    run_share(seen);
  }
}

// The system may wake a worker on the core of the thread that runs the loop, behind which it then waits: for
// milliseconds the loop has one thread, and the other core none.
void ThreadPool::Impl::keep_workers_off(int core) {
  if (core == caller_core || !has_core_each) return;
  caller_core = core;
  cpu_set_t others = cores;
  if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(static_cast<std::size_t>(core), &others);
  // Where it fails, workers run wherever the system likes.
  for (std::thread& thread : workers) pthread_setaffinity_np(thread.native_handle(), sizeof others, &others);
}

// Claims and runs iterations of the loop until none is left. Claims shrink with what is left: few atomic operations for
// a long loop, and no thread holds much work while another has none.
void ThreadPool::Impl::run_share(std::uint32_t loop) {
  ThreadSlot& slot = this_thread_slot();
  slot.loop_threads = threads;
  std::uint32_t finished = 0;
  std::uint64_t seen = rest.load(std::memory_order_acquire);
  while (loop_of(seen) == loop && iterations_of(seen) > 0) {
    const Body claimed_body = body.load(std::memory_order_relaxed);
    void* const claimed_context = context.load(std::memory_order_relaxed);
    const std::uint32_t left = iterations_of(seen);
    const std::uint32_t first = begin.load(std::memory_order_relaxed) + size.load(std::memory_order_relaxed) - left;
    const std::uint32_t count = std::max(1U, left / (2 * static_cast<std::uint32_t>(threads)));
    if (!rest.compare_exchange_weak(seen, make_rest(loop, left - count), std::memory_order_acq_rel)) continue;
    for (std::uint32_t i = 0; i < count && result.load(std::memory_order_relaxed) == 0; ++i) {
      const int got = claimed_body(claimed_context, static_cast<int>(first + i));
      int none = 0;
      if (got != 0) result.compare_exchange_strong(none, got, std::memory_order_relaxed);
    }
    finished += count;
    seen = rest.load(std::memory_order_acquire);
  }
  slot.loop_threads = 0;
  if (finished > 0 && unfinished.fetch_sub(finished, std::memory_order_acq_rel) == finished) unfinished.notify_all();
}

int ThreadPool::Impl::run(int new_begin, int new_size, Body new_body, void* new_context) {
  keep_workers_off(sched_getcpu());
  body.store(new_body, std::memory_order_relaxed);
  context.store(new_context, std::memory_order_relaxed);
  begin.store(static_cast<std::uint32_t>(new_begin), std::memory_order_relaxed);
  size.store(static_cast<std::uint32_t>(new_size), std::memory_order_relaxed);
  result.store(0, std::memory_order_relaxed);
  unfinished.store(static_cast<std::uint32_t>(new_size), std::memory_order_relaxed);
  const std::uint32_t loop = loop_number.load(std::memory_order_relaxed) + 1;
  rest.store(make_rest(loop, static_cast<std::uint32_t>(new_size)), std::memory_order_release);
  loop_number.store(loop);
  loop_number.notify_all();

  run_share(loop);
  const auto all_finished = [&] { return unfinished.load(std::memory_order_acquire) == 0; };
  if (!spin(spin_time, all_finished)) {
    while (const std::uint32_t left = unfinished.load(std::memory_order_acquire)) {
      unfinished.wait(left, std::memory_order_acquire);
    }
  }
  return result.load(std::memory_order_relaxed);
}

ThreadPool::ThreadPool(int threads) : impl_(std::make_unique<Impl>(threads)) {}
ThreadPool::~ThreadPool() = default;

int ThreadPool::threads() const {
  return static_cast<int>(impl_->workers.size()) + 1;
}

int ThreadPool::parallel_for(int begin, int size, Body body, void* context) {
  if (size <= 0) return 0;
  if (size == 1 || impl_->workers.empty() || this_thread_slot().loop_threads > 0 ||
      impl_->busy.exchange(true, std::memory_order_acquire)) {
    return run_serially(begin, size, body, context);
  }
  const int result = impl_->run(begin, size, body, context);
  impl_->busy.store(false, std::memory_order_release);
  return result;
}

}  // namespace tilecast::runtime
