// What a compiled model does, with every address decided: the content of its static tables (runtime/plan.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontend/import.h"
#include "runtime/package/concat_placement.h"
#include "runtime/package/kernel_objects.h"
#include "runtime/package/kernel_variants.h"
#include "runtime/package/table_lookups.h"
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
  std::vector<std::int64_t> strides;  // likewise, in elements; empty: dense
};

struct PlanStep {
  std::string name;                     // of the call
  std::size_t kernel = 0;               // index into the model's kernels
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
  std::vector<std::size_t> in_place;  // the partition's calls without a step
  std::vector<PlanPort> inputs;
  std::vector<PlanPort> outputs;
  std::vector<PlanCopy> copies;  // after the steps: outputs that no step writes, or that another output has already
  std::vector<WeightsRegion> lookups;  // of which a run reads little
  std::int64_t arena_bytes = 0;
};

// Inputs keep their memory for ever, outputs from the first step that writes them to the next run; everything else
// shares. `objects` holds one object a kernel of `variants`, which was made with this placement. Constants go to
// `weights` as the kernels want them. Fails when a kernel's arguments do not fit its call, or when the weights cannot
// be written.
Result<ExecutionPlan> make_execution_plan(const ImportedModel& model, const ConcatPlacement& placement,
                                          const KernelVariants& variants, std::span<const KernelObject> objects,
                                          WeightsFile& weights);

}  // namespace tilecast
