#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "base/hardware.h"
#include "base/stopwatch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tilecast {
namespace {

constexpr int kRounds = 7;
constexpr double kRoundSeconds = 0.07;

// Independent chains of multiply-adds: enough to hide their latency (4 cycles, 2 a cycle).
constexpr int kChains = 12;

// `steps` multiply-adds on each chain. The result depends on all of them.
using FmaLoop = float (*)(std::int64_t steps, float a, float b);

// Generic vectors: what the compiler makes of them depends on the target attribute of the function that they are in.
using Vector4 = float __attribute__((vector_size(16)));

float fma_loop_portable(std::int64_t steps, float a, float b) {
  Vector4 chains[kChains];
  for (int c = 0; c < kChains; ++c) chains[c] = Vector4{} + static_cast<float>(c);
  for (std::int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chains[c] = chains[c] * a + b;
  }
  float sum = 0;
  for (const Vector4& chain : chains) sum += chain[0] + chain[1] + chain[2] + chain[3];
  return sum;
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float fma_loop_avx512(std::int64_t steps, float a, float b) {
  __m512 chains[kChains];
  for (int c = 0; c < kChains; ++c) chains[c] = _mm512_set1_ps(static_cast<float>(c));
  const __m512 factor = _mm512_set1_ps(a);
  const __m512 addend = _mm512_set1_ps(b);
  for (std::int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chains[c] = _mm512_fmadd_ps(chains[c], factor, addend);
  }
  __m512 sum = chains[0];
  for (int c = 1; c < kChains; ++c) sum = _mm512_add_ps(sum, chains[c]);
  return _mm512_reduce_add_ps(sum);
}

__attribute__((target("avx2,fma"))) float fma_loop_avx2(std::int64_t steps, float a, float b) {
  __m256 chains[kChains];
  for (int c = 0; c < kChains; ++c) chains[c] = _mm256_set1_ps(static_cast<float>(c));
  const __m256 factor = _mm256_set1_ps(a);
  const __m256 addend = _mm256_set1_ps(b);
  for (std::int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chains[c] = _mm256_fmadd_ps(chains[c], factor, addend);
  }
  __m256 sum = chains[0];
  for (int c = 1; c < kChains; ++c) sum = _mm256_add_ps(sum, chains[c]);
  alignas(32) float lanes[8];
  _mm256_store_ps(lanes, sum);
  float total = 0;
  for (const float lane : lanes) total += lane;
  return total;
}
#endif

struct FmaKernel {
  FmaLoop loop;
  int lanes;
};

FmaKernel best_fma_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {fma_loop_avx512, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {fma_loop_avx2, 8};
#endif
  return {fma_loop_portable, 4};
}

// Calls work(thread) again and again on all threads at once, `kRounds` rounds of about kRoundSeconds. `work` returns
// how much it has done. Returns the largest amount a second of a round, all threads together.
double measure_rate(int threads, const std::function<double(int)>& work) {
  std::vector<double> rates;
  std::atomic<double> done = 0;
  std::chrono::steady_clock::time_point start;
  const auto end_of_round = [&]() noexcept {
    const double amount = done.exchange(0);
    if (amount > 0) rates.push_back(amount / seconds_since(start));
    start = std::chrono::steady_clock::now();
  };
  std::barrier round(threads, end_of_round);
  const auto loop = [&](int thread) {
    work(thread);
    round.arrive_and_wait();
    for (int i = 0; i < kRounds; ++i) {
      double amount = 0;
      const auto begin = std::chrono::steady_clock::now();
      while (seconds_since(begin) < kRoundSeconds) amount += work(thread);
      done += amount;
      round.arrive_and_wait();
    }
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(loop, thread);
  loop(0);
  for (std::thread& other : others) other.join();
  return *std::max_element(rates.begin(), rates.end());
}

// Keeps the compiler from dropping a computation whose result nobody reads.
template <class T>
void keep(T value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

std::size_t bandwidth_bytes() {
  const std::int64_t last_cache = probe_hardware().l3_bytes;
  const std::int64_t memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::int64_t wanted = std::clamp<std::int64_t>(4 * last_cache, 256 << 20, std::int64_t{1} << 30);
  return static_cast<std::size_t>(std::max<std::int64_t>(std::min(wanted, memory / 8), 1 << 20));
}

// Sums 64-bit words; eight chains, so that the additions do not limit it.
std::uint64_t sum_words(const std::uint64_t* words, std::size_t count) {
  std::uint64_t sums[8] = {};
  for (std::size_t i = 0; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += words[i + lane];
  }
  std::uint64_t total = 0;
  for (const std::uint64_t sum : sums) total += sum;
  return total;
}

}  // namespace

double measure_peak_gflops(int threads) {
  const FmaKernel kernel = best_fma_kernel();
  constexpr std::int64_t kSteps = 100'000;
  const double flops = 2.0 * kernel.lanes * kChains * static_cast<double>(kSteps);
  return 1e-9 * measure_rate(std::max(threads, 1), [&](int) {
           keep(kernel.loop(kSteps, 0.999F, 0.001F));
           return flops;
         });
}

double measure_bandwidth_gbs(int threads) {
  threads = std::max(threads, 1);
  const std::size_t bytes = bandwidth_bytes();
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 0;
  madvise(memory, bytes, MADV_HUGEPAGE);
  auto* words = static_cast<std::uint64_t*>(memory);
  const std::size_t share = bytes / sizeof(std::uint64_t) / static_cast<std::size_t>(threads);
  constexpr std::size_t kBlock = (4 << 20) / sizeof(std::uint64_t);
  const std::size_t block = std::min(kBlock, share);
  // Each thread goes through its share block by block, and writes it once first: untouched pages are all one page of
  // zeros.
  std::vector<std::size_t> position(static_cast<std::size_t>(threads), share);
  const double rate = measure_rate(threads, [&](int thread) {
    const auto t = static_cast<std::size_t>(thread);
    std::uint64_t* begin = words + t * share;
    if (position[t] == share) {
      std::fill_n(begin, share, t);
      position[t] = 0;
    }
    keep(sum_words(begin + position[t], block));
    position[t] = position[t] + 2 * block <= share ? position[t] + block : 0;
    return static_cast<double>(block * sizeof(std::uint64_t));
  });
  munmap(memory, bytes);
  return 1e-9 * rate;
}

MachinePeaks measure_peaks(int threads) {
  return {.gflops = measure_peak_gflops(threads), .bandwidth_gbs = measure_bandwidth_gbs(threads)};
}

Machine measure_this_machine(int threads) {
  return {.hardware = probe_hardware(), .threads = threads, .peaks = measure_peaks(threads)};
}

}  // namespace tilecast
