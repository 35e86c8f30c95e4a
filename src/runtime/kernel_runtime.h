// What compiled kernels need from their process: threads, scratch memory and error reports. The functions that Halide's
// code calls (halide_do_par_for, halide_malloc, halide_error …) are defined beside this header with C linkage; they
// find the KernelContext through the kernel's user_context argument. No dependency on libHalide, fmt or any other
// library: this code is part of what `tilecast compile` ships.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tilecast::runtime {

// Workers for one program or measurement. After a parallel loop they spin for a short while before they sleep, since a
// model's next loop comes microseconds later. The calling thread works too: `threads` = 1 starts none. Where the
// process may use as many cores as there are threads, workers run on other cores than the thread that called last.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  int threads() const;
  // Runs body(context, i) for i in [begin, begin + size), returns the first non-zero result or 0. Nested calls run
  // serially.
  using Body = int (*)(void* context, int index);
  int parallel_for(int begin, int size, Body body, void* context);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Scratch memory of kernels. What they take outside of parallel loops lies in one piece of memory, shared by blocks
// that are not held at once; blocks that threads take in loops are kept and reused, and may be a quarter larger than
// what was asked for. Once memory is reserved, a second run of the same kernels allocates nothing. Thread-safe.
class ScratchAllocator {
 public:
  ScratchAllocator();
  ~ScratchAllocator();
  ScratchAllocator(const ScratchAllocator&) = delete;
  ScratchAllocator& operator=(const ScratchAllocator&) = delete;
  // 128-byte aligned; null when the system refuses.
  void* allocate(std::size_t bytes);
  void release(void* pointer);
  // To be called when nothing is held, after a run of all that will run again: makes sure that no later run needs more
  // memory, whichever of the pool's `threads` threads runs which iterations of its loops. False when the system
  // refuses.
  bool reserve(int threads);
  // Bytes held from the system.
  std::size_t reserved_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Passed to kernels as user_context. One kernel at a time may use it.
struct KernelContext {
  ThreadPool* pool = nullptr;           // null: serial
  ScratchAllocator* scratch = nullptr;  // null: malloc and free
  std::string error;                    // the last message of halide_error, for the caller
};

// A tensor, or a part of one, for a kernel.
enum class ElementType : std::uint8_t { kFloat32, kInt64, kInt32, kUInt8, kInt8, kBool, kFloat64 };
struct TensorView {
  void* data = nullptr;
  ElementType type = ElementType::kFloat32;
  std::vector<std::int64_t> extents;       // innermost first
  std::vector<std::int64_t> strides = {};  // likewise, in elements; empty: dense
};

// `<function>_argv` of a kernel made by codegen/.
using KernelFunction = int (*)(void** arguments);

// A kernel with its arguments laid out for repeated calls without allocation.
class BoundKernel {
 public:
  BoundKernel(KernelFunction function, const std::vector<TensorView>& arguments);
  ~BoundKernel();
  BoundKernel(BoundKernel&&) noexcept;
  BoundKernel& operator=(BoundKernel&&) noexcept;
  // The kernel's result: 0 on success, else context.error says why.
  int run(KernelContext& context);
  void set_data(std::size_t argument, void* data);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tilecast::runtime
