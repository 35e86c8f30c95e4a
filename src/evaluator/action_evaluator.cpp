#include "evaluator/action_evaluator.h"

#include "evaluator/program_rows.h"

namespace tilecast {

TreeEvaluator::Features ActionEvaluator::describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                  const Machine& machine) const {
  Features features;
  features.rows = program_rows(task, trajectories, machine);
  features.log_estimate.assign(trajectories.size(), 0);
  features.legal.assign(trajectories.size(), 1);
  return features;
}

std::size_t ActionEvaluator::columns() const {
  return program_row_columns();
}

}  // namespace tilecast
