// What the transition model learns to foresee: the program after each action.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "schedule/state.h"

namespace tilecast {

// The program text before the first action and after each: one more than there are actions.
Result<std::vector<std::string>, Illegal> state_texts(const State& initial, std::span<const Action> actions);

}  // namespace tilecast
