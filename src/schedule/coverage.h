// Which part of a stage's iteration space some of its loops run over.
#pragma once

#include <array>
#include <cstdint>

#include "schedule/state.h"

namespace tilecast {

// Of one loop variable, while the loops outside stand still.
struct Cover {
  std::int64_t extent = 1;  // distance from the first value to the last, plus one
  std::int64_t align = 1;   // the first value is a multiple of this; 0: the first value is the variable's least
  bool full = false;        // all values of the variable
};

// No stage has more variables: transforms are refused beyond it.
inline constexpr std::size_t kMaxVars = 96;
using CoverArray = std::array<Cover, kMaxVars>;

// Covers of all variables of the stage by its loops at positions >= `depth`. `round_up`: splits that do not divide
// count what they compute beyond the end.
void cover_vars(const StageState& stage, std::size_t depth, bool round_up, CoverArray& covers);

// By variable: whether it came (perhaps through further splits) from the inner loop of a split. Rounding such a loop up
// would compute elements of the next outer iteration a second time, so it is guarded instead.
std::array<bool, kMaxVars> guarded_vars(const std::vector<LoopTransform>& transforms);

// Extents of the variables that the transforms made, from those of the axes.
void propagate_extents(StageState& stage);

}  // namespace tilecast
