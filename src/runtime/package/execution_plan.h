// What a compiled model does, with every address decided: the content of its static tables (runtime/plan.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontend/import.h"
#include "runtime/package/kernel_objects.h"
#include "runtime/package/weights_file.h"

namespace tilecast {

// Bytes from the start of the arena or of the weights.
struct Location {
  bool in_weights = false;
  std::int64_t offset = 0;
};

struct PlanArgument {
  Location location;
  DataType type = DataType::kFloat32;
  std::vector<std::int64_t> extents;  // innermost first, as the kernel wants them
};

struct PlanStep {
  std::string name;                     // of the call
  std::size_t task = 0;                 // whose kernel runs
  std::vector<PlanArgument> arguments;  // inputs in order, then the output
};

struct PlanPort {
  std::string name;
  TensorType type;
  std::int64_t offset = 0;  // in the arena
};

struct PlanCopy {
  Location from;
  std::int64_t to = 0;  // in the arena
  std::int64_t bytes = 0;
};

struct ExecutionPlan {
  std::vector<PlanStep> steps;
  std::vector<PlanPort> inputs;
  std::vector<PlanPort> outputs;
  std::vector<PlanCopy> copies;  // after the steps: outputs that no step writes, or that another output has already
  std::int64_t arena_bytes = 0;
};

// Inputs keep their memory for ever, outputs from the step that writes them to the next run; everything else shares.
// `kernels` holds one kernel a task. Constants go to `weights` as the kernels want them. Fails when a kernel's
// arguments do not fit its call, or when the weights cannot be written.
Result<ExecutionPlan> make_execution_plan(const ImportedModel& model, std::span<const KernelObject> kernels,
                                          WeightsFile& weights);

}  // namespace tilecast
