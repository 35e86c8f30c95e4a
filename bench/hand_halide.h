// The schedules of hand_trajectories.h written directly in Halide, by someone who does not know Tilecast.
#pragma once

#include <filesystem>

#include "hand_trajectories.h"

namespace tilecast::bench {

// Writes an object file with the function `kernel` and the arguments of Tilecast's kernel of the same task: input,
// packed weights, (bias,) output.
void compile_hand_halide(const HandSchedule& hand, const std::filesystem::path& object_file);

}  // namespace tilecast::bench
