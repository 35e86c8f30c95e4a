// Which kernels a model needs, beyond one a task: the same schedule for arguments that lie in other tensors.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/package/concat_placement.h"

namespace tilecast {

// A task's kernel for arguments in memory of these strides: as CodegenOptions wants them, none when all are dense.
struct KernelVariant {
  std::size_t task = 0;
  std::vector<std::vector<std::int64_t>> strides;
  auto operator<=>(const KernelVariant&) const = default;
};

struct KernelVariants {
  std::vector<KernelVariant> kernels;               // each once, in the order of their first calls
  std::vector<std::optional<std::size_t>> of_call;  // one a call: its kernel; nothing: the call needs no step
};

KernelVariants choose_kernels(const ImportedModel& model, const ConcatPlacement& placement);

}  // namespace tilecast
