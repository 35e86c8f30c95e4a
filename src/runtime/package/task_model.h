// A model made of single tasks, so that a suite's subgraphs can be compiled and run.
#pragma once

#include <cstdint>
#include <span>

#include "frontend/import.h"

namespace tilecast {

// One call a task. Inputs that are not constant become the network's, named TASK.INPUT; its constants get random values
// in [-1, 1), scaled so that sums keep their size; the result is an output named TASK.
ImportedModel model_of_tasks(std::span<const WeightedTask> tasks, std::uint64_t seed);

}  // namespace tilecast
