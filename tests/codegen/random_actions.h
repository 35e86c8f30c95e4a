// Random actions for property tests: most are legal, some are not.
#pragma once

#include "base/random.h"
#include "schedule/state.h"

namespace tilecast::testing {

// `serial` makes the new names unique.
Action random_action(const State& state, Random& random, int serial);

// Actions that apply one after the other, found by trying random ones.
Trajectory random_trajectory(const State& initial, Random& random, int length);

}  // namespace tilecast::testing
