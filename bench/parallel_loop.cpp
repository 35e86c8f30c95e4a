// What entering and leaving a parallel loop costs with two threads, by how long the caller worked alone before: the
// workers spin at first and then sleep.
#include <benchmark/benchmark.h>

#include <chrono>

#include "runtime/kernel_runtime.h"

namespace tilecast {
namespace {

using Clock = std::chrono::steady_clock;

int nothing(void*, int) {
  return 0;
}

void work_alone(Clock::duration time) {
  for (const auto end = Clock::now() + time; Clock::now() < end;) benchmark::ClobberMemory();
}

void parallel_loop(benchmark::State& state) {
  runtime::ThreadPool pool(2);
  const std::chrono::microseconds gap(state.range(0));
  for (auto _ : state) {
    work_alone(gap);
    const auto start = Clock::now();
    benchmark::DoNotOptimize(pool.parallel_for(0, 2, nothing, nullptr));
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
  }
}
BENCHMARK(parallel_loop)
    ->ArgName("us_alone")
    ->Arg(0)
    ->Arg(20)
    ->Arg(60)
    ->Arg(150)
    ->Arg(300)
    ->Arg(1000)
    ->UseManualTime()
    ->Iterations(3000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tilecast

BENCHMARK_MAIN();
