#include "evaluator/static_evaluator.h"

#include <algorithm>
#include <cmath>

#include "evaluator/nest_features.h"

namespace tilecast {

TreeEvaluator::Features StaticEvaluator::describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                  const Machine& machine) const {
  Features features;
  features.rows.columns = kFeatureCount;
  NestAnalyzer analyzer;
  for (const Trajectory& trajectory : trajectories) {
    const auto state = replay(task.initial, trajectory);
    features.legal.push_back(state.ok() ? 1 : 0);
    if (!state.ok()) {
      features.rows.counts.push_back(0);
      features.log_estimate.push_back(0);
      continue;
    }
    const auto nests = analyzer.analyze(*state);
    double cycles = 0;
    for (const StatementNest& nest : nests) {
      const StatementCost cost = estimate_cost(nest, machine.hardware, machine.threads);
      append_features(nest, cost, machine.hardware, features.rows.values);
      cycles += cost.total();
    }
    features.rows.counts.push_back(static_cast<std::uint32_t>(nests.size()));
    features.log_estimate.push_back(std::log2(std::max(cycles, 1.0)));
  }
  return features;
}

std::size_t StaticEvaluator::columns() const {
  return kFeatureCount;
}

}  // namespace tilecast
