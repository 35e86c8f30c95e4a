// Programs as one row of numbers each: what following their actions says, and what all programs of a task have in
// common.
#pragma once

#include <span>
#include <vector>

#include "base/hardware.h"
#include "evaluator/packed_trees.h"
#include "schedule/task_context.h"

namespace tilecast {

// Rows of worldmodel/program_features.h, then the task's operations and the machine: threads, vectors, caches, and the
// measured peak and bandwidth a thread (a peak that was not measured is no number). Where `actions` is not null, the
// features of every action are appended to it, one trajectory after the other.
PackedRows program_rows(const TaskContext& task, std::span<const Trajectory> trajectories, const Machine& machine,
                        std::vector<float>* actions = nullptr);
std::size_t program_row_columns();
std::size_t context_columns();  // of these the last ones, which are the same for all programs of a task

}  // namespace tilecast
