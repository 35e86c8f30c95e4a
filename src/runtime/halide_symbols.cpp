// The functions that Halide's generated code calls. Each finds its process through the kernel's user_context.
#include <HalideRuntime.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "runtime/kernel_runtime.h"

using tilecast::runtime::KernelContext;

namespace {

KernelContext* context_of(void* user_context) {
  return static_cast<KernelContext*>(user_context);
}

struct Loop {
  halide_task_t task;
  void* user_context;
  std::uint8_t* closure;
};

int run_iteration(void* loop, int index) {
  const Loop& l = *static_cast<Loop*>(loop);
  return l.task(l.user_context, index, l.closure);
}

std::mutex& error_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

extern "C" {

int halide_do_par_for(void* user_context, halide_task_t task, int min, int size, std::uint8_t* closure) {
  Loop loop{task, user_context, closure};
  const KernelContext* context = context_of(user_context);
  if (context != nullptr && context->pool != nullptr) {
    return context->pool->parallel_for(min, size, run_iteration, &loop);
  }
  for (int i = 0; i < size; ++i) {
    if (const int result = run_iteration(&loop, min + i); result != 0) return result;
  }
  return 0;
}

void* halide_malloc(void* user_context, std::size_t bytes) {
  const KernelContext* context = context_of(user_context);
  if (context != nullptr && context->scratch != nullptr) return context->scratch->allocate(bytes);
  return std::aligned_alloc(128, (bytes + 127) / 128 * 128);
}

void halide_free(void* user_context, void* pointer) {
  const KernelContext* context = context_of(user_context);
  if (context != nullptr && context->scratch != nullptr) {
    context->scratch->release(pointer);
  } else {
    std::free(pointer);
  }
}

// Several threads of one loop may fail at once.
void halide_error(void* user_context, const char* message) {
  KernelContext* context = context_of(user_context);
  if (context == nullptr) {
    std::fprintf(stderr, "kernel: %s\n", message);
    return;
  }
  const std::lock_guard lock(error_mutex());
  context->error = message;
}

int halide_error_out_of_memory(void* user_context) {
  halide_error(user_context, "out of memory");
  return halide_error_code_out_of_memory;
}

int halide_error_buffer_argument_is_null(void* user_context, const char* buffer_name) {
  halide_error(user_context, buffer_name);
  return halide_error_code_buffer_argument_is_null;
}

}  // extern "C"
