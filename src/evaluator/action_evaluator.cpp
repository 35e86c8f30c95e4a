#include "evaluator/action_evaluator.h"

#include <array>

#include "base/statistics.h"
#include "worldmodel/program_features.h"

namespace tilecast {
namespace {

constexpr std::size_t kContextFeatures = 6;

// What all trajectories of a task have in common.
std::array<float, kContextFeatures> context_features(const TaskContext& task, const Hardware& hardware, int threads) {
  return {log_count(task.task.flops),
          static_cast<float>(threads),
          log_count(hardware.vector_bytes),
          log_count(static_cast<double>(hardware.l1_bytes)),
          log_count(static_cast<double>(hardware.l2_bytes)),
          log_count(static_cast<double>(hardware.l3_bytes))};
}

}  // namespace

TreeEvaluator::Features ActionEvaluator::describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                  const Machine& machine) const {
  Features features;
  features.rows.columns = kProgramFeatureCount + kContextFeatures;
  features.log_estimate.assign(trajectories.size(), 0);
  features.legal.assign(trajectories.size(), 1);
  features.rows.counts.assign(trajectories.size(), 1);
  features.rows.values.reserve(trajectories.size() * features.rows.columns);
  const ActionTracker unscheduled(task.initial.program());
  const auto context = context_features(task, machine.hardware, machine.threads);
  for (const Trajectory& trajectory : trajectories) {
    ActionTracker tracker = unscheduled;
    for (const Action& action : trajectory) tracker.follow(action);
    const auto values = values_of(program_features(tracker));
    features.rows.values.insert(features.rows.values.end(), values.begin(), values.end());
    features.rows.values.insert(features.rows.values.end(), context.begin(), context.end());
  }
  return features;
}

}  // namespace tilecast
