// Hand-written schedules three ways: as trajectories, directly in Halide, and as what random samples of the space are
// held against. Usage: bench_hand_schedules [SAMPLES]
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>

#include "base/hardware.h"
#include "base/random.h"
#include "base/statistics.h"
#include "base/temp_directory.h"
#include "codegen/codegen.h"
#include "hand_halide.h"
#include "hand_trajectories.h"
#include "measure/input_data.h"
#include "measure/measurer.h"
#include "runtime/kernel_runtime.h"
#include "schedule/packing.h"
#include "space/space.h"

namespace tilecast::bench {
namespace {

constexpr int kThreads = 2;
constexpr int kRounds = 31;
constexpr double kSampleSeconds = 5e-3;

// A compiled kernel with the data of the task.
class Kernel {
 public:
  Kernel(const State& state, const std::filesystem::path& object) {
    const std::filesystem::path shared = object.string() + ".so";
    if (!link_shared({&object, 1}, shared).ok()) std::abort();
    library_ = dlopen(shared.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) std::abort();
    std::vector<runtime::TensorView> views;
    for (std::size_t i = 0; i < state.dag().inputs.size(); ++i) {
      const DagInput& input = state.dag().inputs[i];
      const std::vector<std::byte> bytes = random_input_bytes(input.type, element_count(input.extents), i);
      const ConstantLayout layout = state.constant_layout(static_cast<BufferId>(i));
      add(lay_out_constant(layout, bytes, input.extents, 4), laid_out_extents(layout, input.extents), views);
    }
    std::vector<std::int64_t> extents;
    std::size_t count = 4;
    for (const Axis& axis : state.stage(state.output()).def->spatial) {
      extents.push_back(axis.extent);
      count *= static_cast<std::size_t>(axis.extent);
    }
    add(std::vector<std::byte>(count), extents, views);
    const auto function = reinterpret_cast<runtime::KernelFunction>(dlsym(library_, "kernel_argv"));
    kernel_ = std::make_unique<runtime::BoundKernel>(function, views);
    if (kernel_->run(context_) != 0 || !scratch_.reserve(kThreads)) std::abort();
  }
  ~Kernel() { dlclose(library_); }
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Seconds a call.
  double time(int calls) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) {
      if (kernel_->run(context_) != 0) std::abort();
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
  }
  const std::vector<float>& output() const { return data_.back(); }

 private:
  void add(const std::vector<std::byte>& bytes, const std::vector<std::int64_t>& extents,
           std::vector<runtime::TensorView>& views) {
    // On a page of its own, so that both sides have the same alignment.
    auto& buffer = data_.emplace_back(bytes.size() / 4);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::byte*>(buffer.data()));
    views.push_back({buffer.data(), runtime::ElementType::kFloat32, extents});
  }

  std::vector<std::vector<float>> data_;
  void* library_ = nullptr;
  runtime::ThreadPool pool_{kThreads};
  runtime::ScratchAllocator scratch_;
  runtime::KernelContext context_{&pool_, &scratch_, {}};
  std::unique_ptr<runtime::BoundKernel> kernel_;
};

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, static_cast<double>(std::abs(a[i] - b[i])));
  }
  return difference;
}

// How many of `count` random samples of the space are at most 25 % slower than `seconds`.
Result<int> near_samples(const TaskContext& context, int count, double seconds) {
  MeasureOptions options;
  options.threads = kThreads;
  TILECAST_TRY(const std::unique_ptr<Measurer> measurer, Measurer::create(options));
  const auto space = Space::create(context, probe_hardware(), kThreads);
  Random random(0);
  std::vector<Trajectory> trajectories;
  for (int i = 0; i < count; ++i) trajectories.push_back(space->sample(random).trajectory);
  int near = 0;
  TILECAST_CHECK(measurer->measure(context, trajectories, std::numeric_limits<double>::infinity(),
                                   [&](std::size_t, const MeasureRecord& record) {
                                     near += record.ok() && record.seconds() <= 1.25 * seconds ? 1 : 0;
                                   }));
  return near;
}

Status compare(const HandSchedule& hand, int samples, double peak) {
  TILECAST_TRY(const TaskContext context, make_task_context(hand.task));
  const auto state = replay(context.initial, hand.trajectory);
  if (!state.ok()) return Error{state.error().reason};
  TILECAST_TRY(const TempDirectory directory, TempDirectory::create("hand_schedules"));
  const auto ours_file = directory.path() / "ours.o";
  const auto halide_file = directory.path() / "halide.o";
  TILECAST_CHECK(compile_object(hand.task, *state, {}, ours_file));
  compile_hand_halide(hand, halide_file);
  double ours_seconds = 0;
  double halide_seconds = 0;
  double difference = 0;
  {
    Kernel ours(*state, ours_file);
    Kernel halide(*state, halide_file);
    const int calls = std::max(1, static_cast<int>(kSampleSeconds / ours.time(3)));
    halide.time(calls);
    std::vector<double> a;
    std::vector<double> b;
    for (int round = 0; round < kRounds; ++round) {
      a.push_back(ours.time(calls));
      b.push_back(halide.time(calls));
    }
    ours_seconds = median(a);
    halide_seconds = median(b);
    difference = largest_difference(ours.output(), halide.output());
  }
  const double gflops = hand.task.flops / ours_seconds / 1e9;
  fmt::print(
      "{:<12} {:>8.4f} ms {:>7.1f} GFLOP/s {:>6.1f} % of peak; of Halide's rate {:>6.1f} %; outputs differ by {:.1e}",
      hand.name, ours_seconds * 1e3, gflops, 100 * gflops / peak, 100 * halide_seconds / ours_seconds, difference);
  if (samples > 0) {
    TILECAST_TRY(const int near, near_samples(context, samples, ours_seconds));
    fmt::print("; {} of {} samples within 80 %", near, samples);
  }
  fmt::print("\n");
  return Unit{};
}

}  // namespace
}  // namespace tilecast::bench

int main(int argc, char** argv) {
  using namespace tilecast;
  const int samples = argc > 1 ? std::atoi(argv[1]) : 0;
  for (const bench::HandSchedule& hand : bench::hand_schedules()) {
    const Status done = bench::compare(hand, samples, measure_peak_gflops(bench::kThreads));
    if (!done.ok()) {
      fmt::print(stderr, "{}: {}\n", hand.name, done.error().message);
      return 1;
    }
  }
  return 0;
}
