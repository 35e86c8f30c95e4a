// Counts what is allocated while a model runs: this program's malloc replaces that of the C library for everything that
// it loads. Left out under sanitizers, which do the same.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>

#include "codegen/codegen.h"
#include "test_package.h"

#ifndef __SANITIZE_ADDRESS__

namespace {

std::atomic<long> allocations{0};

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}

}  // extern "C"

namespace tilecast {
namespace {

using testing::NetworkBuilder;

// Each iteration of its parallel loop takes two blocks of heap memory.
Trajectory scratch_in_loop(const State& initial) {
  State state = initial;
  Trajectory trajectory;
  const auto add = [&](const Action& action) {
    auto next = tilecast::apply(state, action);
    if (!next.ok()) throw std::runtime_error(next.error().reason);
    state = *std::move(next);
    trajectory.push_back(action);
  };
  const StageState& output = state.stage(state.output());
  const Name stage = output.name();
  const Name rows = output.loop_at(0).name;
  add(Parallel{stage, rows});
  for (std::size_t i = initial.stage_count() - 1; i-- > 0;) {
    const Name other = initial.stage(static_cast<StageId>(i)).name();
    add(ComputeAt{other, stage, rows});
    add(StoreIn{other, Storage::kHeap});
  }
  return trajectory;
}

// Compiled once; a test takes what it needs.
class Allocation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    NetworkBuilder b;
    const NetworkId x = b.input("x", {64, 3000});
    b.output(b.op("softmax", {x}, {64, 3000}, {{"axis", std::int64_t{1}}}));
    const ImportedModel model = testing::imported(std::move(b.network));
    const auto context = make_task_context(model.partition.tasks.at(0).task);
    ASSERT_TRUE(context.ok()) << context.error().message;
    directory_ = std::make_unique<TempDirectory>(*TempDirectory::create("allocation_test"));
    const std::vector<KernelSchedule> schedules{{scratch_in_loop(context->initial), {}}};
    const auto written = write_package(model, schedules, {.name = "softmax"}, directory_->path() / "model");
    ASSERT_TRUE(written.ok()) << written.error().message;
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::unique_ptr<TempDirectory> directory_;
};
std::unique_ptr<TempDirectory> Allocation::directory_;

TEST_F(Allocation, RunsAllocateNothing) {
  const auto package = LoadedPackage::open(directory_->path() / "model");
  ASSERT_TRUE(package.ok()) << package.error().message;
  for (const int threads : {1, 2, 4}) {
    const long before = allocations;
    auto instance = PackageInstance::create(*package, threads);
    ASSERT_TRUE(instance.ok()) << instance.error().message;
    EXPECT_GT(allocations, before) << "the counter does not work";
    const long ready = allocations;
    for (int run = 0; run < 300; ++run) ASSERT_TRUE(instance->run().ok());
    EXPECT_EQ(allocations, ready) << threads << " threads";
  }
}

// A thread that has never called the model before.
TEST_F(Allocation, FirstRunOfAThreadAllocatesNothing) {
  const auto package = LoadedPackage::open(directory_->path() / "model");
  ASSERT_TRUE(package.ok()) << package.error().message;
  auto instance = PackageInstance::create(*package, 2);
  ASSERT_TRUE(instance.ok()) << instance.error().message;
  long allocated = -1;
  std::thread([&] {
    const long before = allocations;
    const bool ran = instance->run().ok();
    if (ran) allocated = allocations - before;
  }).join();
  EXPECT_EQ(allocated, 0);
}

}  // namespace
}  // namespace tilecast

#endif
