// The result that candidates are compared with: a plain schedule of the task, spot-checked against the interpreter.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "schedule/task_context.h"

namespace tilecast {

// Every stage in a nest of its own, innermost dimension in vectors, outermost loop parallel: nothing that could go
// wrong, and fast enough to be run once.
Trajectory reference_trajectory(const State& initial);

// Compares elements of `output` (the output stage's bytes, computed from random_input_bytes) with the interpreter; the
// message of a failure names the element.
Status check_reference(const TaskContext& context, const std::vector<std::byte>& output, double tolerance);

}  // namespace tilecast
