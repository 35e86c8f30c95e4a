// Halide behind plain types: a task's program as ComputeDAGs, and object code for a schedule of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "schedule/state.h"
#include "schedule/task_context.h"

namespace tilecast {

// The Halide algorithms of the task, one ComputeDAG an alternative. Fails on an operator or shape that ops/ cannot
// build.
Result<std::shared_ptr<const Program>> build_program(const Task& task);
Result<TaskContext> make_task_context(Task task);

struct CodegenOptions {
  std::string function = "kernel";  // the C name; `<function>_argv` takes an array of pointers
  bool asserts = false;             // keep Halide's run-time checks of buffer shapes and bounds
  // Of each buffer (inputs in order, then the output), innermost first, in elements: for one that is a part of a larger
  // tensor. An empty list: that buffer is dense; none at all: all are.
  std::vector<std::vector<std::int64_t>> strides = {};
};

// Writes an object file without Halide's runtime (runtime/ provides it). The function's C signature is
//   int <function>(void* user_context, halide_buffer_t* inputs…, halide_buffer_t* output)
// with one buffer an input of task.graph in order, dimensions innermost first, a packed input in its packed extents.
// Addresses need the alignment of an element, no more.
// Returns 0 on success. Not thread-safe: one compilation at a time in a process.
Status compile_object(const Task& task, const State& state, const CodegenOptions& options,
                      const std::filesystem::path& object_file);

// Makes one shared object of object files with the system's linker; symbols of the Halide runtime stay open.
Status link_shared(std::span<const std::filesystem::path> objects, const std::filesystem::path& shared_object);

}  // namespace tilecast
