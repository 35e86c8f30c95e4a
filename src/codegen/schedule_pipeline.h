// Gives a freshly built pipeline the schedule of a State.
#pragma once

#include "ops/pipeline.h"
#include "schedule/state.h"

namespace tilecast {

// Executes the State's directives. Returns the Func whose elements are the output (a copy made by cache_write, if any).
Halide::Func schedule_pipeline(const ops::Pipeline& pipeline, const State& state);

}  // namespace tilecast
