#include "runtime/instance.h"

#include <chrono>
#include <cstring>

#include "runtime/failure.h"
#include "runtime/round_up.h"

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;

std::vector<std::int64_t> numbers(const std::int64_t* first, std::int32_t count) {
  if (first == nullptr) return {};
  return {first, first + count};
}

}  // namespace

Instance::Instance(std::shared_ptr<const Model> model, int threads)
    : model_(std::move(model)), threads_(threads), pool_(threads), seconds_(model_->plan->step_count) {
  context_.pool = &pool_;
  context_.scratch = &scratch_;
}

std::byte* Instance::at(tilecast_location location) const {
  return (location.memory == TILECAST_IN_WEIGHTS ? model_->weights.data() : arena_.get()) + location.offset;
}

tilecast_status Instance::prepare(tilecast_error* error) {
  if (pool_.threads() != threads_) {
    return fail(error, TILECAST_OUT_OF_MEMORY, "the system gives %d threads instead of %d: ask for fewer",
                pool_.threads(), threads_);
  }
  const std::size_t bytes = round_up(plan().arena_bytes, kAlignment) + kAlignment;
  arena_ = allocate_tensors(bytes);
  if (arena_ == nullptr) {
    return fail(error, TILECAST_OUT_OF_MEMORY, "the system does not give %zu bytes for the model's tensors", bytes);
  }
  // Zeros are valid in any type, and as indices; and the pages are there before the first run.
  std::memset(arena_.get(), 0, bytes);
  kernels_.reserve(plan().step_count);
  for (std::size_t i = 0; i < plan().step_count; ++i) {
    const tilecast_step& step = plan().steps[i];
    std::vector<TensorView> views;
    for (std::size_t a = 0; a < step.argument_count; ++a) {
      const tilecast_argument& argument = step.arguments[a];
      views.push_back({at(argument.location), static_cast<ElementType>(argument.type),
                       numbers(argument.extents, argument.rank), numbers(argument.strides, argument.rank)});
    }
    kernels_.emplace_back(step.kernel, views);
  }
  const tilecast_status ran = run(error);
  if (ran != TILECAST_OK) return ran;
  if (!scratch_.reserve(threads_)) {
    return fail(error, TILECAST_OUT_OF_MEMORY, "the system gives no more memory for the kernels of %d threads",
                threads_);
  }
  return TILECAST_OK;
}

tilecast_status Instance::run_step(std::size_t step, tilecast_error* error) {
  const int code = kernels_[step].run(context_);
  if (code == 0) return TILECAST_OK;
  constexpr int kHalideOutOfMemory = -11;
  return fail(error, code == kHalideOutOfMemory ? TILECAST_OUT_OF_MEMORY : TILECAST_KERNEL_FAILED,
              "%s: the kernel %s returned %d: %s", plan().steps[step].info.name, plan().steps[step].info.kernel, code,
              context_.error.c_str());
}

tilecast_status Instance::run(tilecast_error* error) {
  using Clock = std::chrono::steady_clock;
  for (std::size_t i = 0; i < kernels_.size(); ++i) {
    const Clock::time_point start = timing_ ? Clock::now() : Clock::time_point();
    const tilecast_status status = run_step(i, error);
    if (status != TILECAST_OK) return status;
    if (timing_) seconds_[i] = std::chrono::duration<double>(Clock::now() - start).count();
  }
  for (std::size_t i = 0; i < plan().copy_count; ++i) {
    const tilecast_copy& copy = plan().copies[i];
    std::memcpy(arena_.get() + copy.to, at(copy.from), copy.bytes);
  }
  return TILECAST_OK;
}

}  // namespace tilecast::runtime
