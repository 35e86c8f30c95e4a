// A candidate as Halide hands it to LLVM: lowered, and not compiled.
#pragma once

#include <Halide.h>

#include "base/result.h"
#include "ir/task.h"
#include "schedule/state.h"

namespace tilecast {

// Defined beside compile_object, which goes one step further. Fails where Halide refuses the schedule. Not thread-safe.
Result<Halide::Module> lower(const Task& task, const State& state);

}  // namespace tilecast
