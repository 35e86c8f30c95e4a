#include "evaluator/random_evaluator.h"

#include "base/random.h"

namespace tilecast {

std::vector<double> RandomEvaluator::score(const TaskContext& /*task*/,
                                           std::span<const Trajectory> trajectories) const {
  std::vector<double> scores;
  scores.reserve(trajectories.size());
  for (const Trajectory& trajectory : trajectories) {
    scores.push_back(Random(seed_ ^ trajectory_hash(trajectory)).uniform());
  }
  return scores;
}

void RandomEvaluator::update(const TaskContext& /*task*/, std::span<const MeasureRecord> /*records*/) {}

Status RandomEvaluator::pretrain(std::span<const TaskRecords> /*records*/) {
  return Unit{};
}

}  // namespace tilecast
