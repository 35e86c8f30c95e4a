// What training reads: tasks with measured trajectories, and samples of their states.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "schedule/state.h"

namespace tilecast {

struct MeasuredTask {
  State initial;
  std::vector<Trajectory> trajectories;
  std::vector<double> seconds;  // of each trajectory's program
};

// Program texts of states of `tasks` different tasks (fewer when there are fewer), `states` of each: half of them along
// one trajectory, half where others end. Programs of one task are the hard ones to tell apart.
std::vector<std::string> sample_texts(std::span<const MeasuredTask> from, std::size_t tasks, std::size_t states,
                                      Random& random);

}  // namespace tilecast
