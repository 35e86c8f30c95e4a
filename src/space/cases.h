// Axes whose values an expression tells apart one by one, as the transforms of Winograd's algorithm do:
//   f(c, p) = p == 0 ? a + b : p == 1 ? a - b : …
// Such a loop is unrolled, so that one case is left in each copy of its body.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schedule/state.h"

namespace tilecast {

// Whether the stage's own expression compares an axis with constants.
bool has_cases(const Stage& stage);

// How many values of this spatial axis are told apart, by the stage itself or by what is inlined into it: n when it
// depends on the axis's value modulo n; 1 when values are not told apart.
std::int64_t case_count(const State& state, StageId stage, std::size_t axis);

}  // namespace tilecast
