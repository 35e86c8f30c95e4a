// What a judge has to pay that looks at lowered programs, as Ansor's and TenSet's do: Halide lowers the candidate, then
// its statements are counted. For comparisons of cost (`tilecast bench evaluators`); nothing here judges by it.
#pragma once

#include <array>
#include <cstddef>

#include "base/result.h"
#include "ir/task.h"
#include "schedule/state.h"

namespace tilecast {

// Counts of the lowered program, as log2(1 + x). Operations are counted as often as the loops around them run (bodies
// of parallel loops are functions of their own, counted once a call), a vector's by its lanes.
struct LoweredFeatures {
  double loads = 0;
  double stores = 0;
  double float_operations = 0;
  double integer_operations = 0;
  double calls = 0;
  double iterations = 0;       // of all loops
  double loops = 0;            // in the text
  double allocated_bytes = 0;  // in the text
};

// Fails where Halide refuses the schedule. Not thread-safe: one lowering or compilation at a time in a process.
Result<LoweredFeatures> lowered_features(const Task& task, const State& state);

}  // namespace tilecast
