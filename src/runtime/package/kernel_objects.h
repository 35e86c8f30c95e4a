// Compiles the kernels of a model: one object file each, in worker processes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "measure/protocol.h"
#include "schedule/action.h"

namespace tilecast {

struct KernelObject {
  std::string function;  // as in CodegenOptions
  std::filesystem::path object_file;
  std::vector<ArgumentSpec> inputs;  // with the layouts that the schedule chose
  ArgumentSpec output;
};

struct KernelBuild {
  const Task* task = nullptr;
  const Trajectory* trajectory = nullptr;
  std::vector<std::vector<std::int64_t>> strides = {};  // as in CodegenOptions
};

// "tilecast_kernel_<key>"; of arguments with strides the same with "_<hash of the strides>" behind it.
std::string kernel_name(const KernelBuild& build);

// Results are in the order of `builds`; the files are in `directory`. `processes` instances of `builder` (the program
// tilecast-builder) work at once. Fails with the reason of the first task whose kernel cannot be built.
Result<std::vector<KernelObject>> build_kernels(std::span<const KernelBuild> builds, int processes,
                                                const std::filesystem::path& builder,
                                                const std::filesystem::path& directory);

}  // namespace tilecast
