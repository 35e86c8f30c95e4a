// Tasks to train on, for tests.
#pragma once

#include <vector>

#include "worldmodel/training/training_data.h"

namespace tilecast::testing {

// Random trajectories of two tasks; their "times" are those of how many actions they have.
std::vector<MeasuredTask> measured_tasks(int programs);

}  // namespace tilecast::testing
