#include "evaluator/action_evaluator.h"

#include <array>

#include "base/statistics.h"
#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

constexpr std::size_t kContextFeatures = 7;

// What all actions of a trajectory have in common.
std::array<float, kContextFeatures> context_features(const TaskContext& task, const Hardware& hardware, int threads,
                                                     std::size_t actions) {
  return {log_count(task.task.flops),
          static_cast<float>(actions),
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
  features.rows.columns = kActionFeatureCount + kContextFeatures;
  features.log_estimate.assign(trajectories.size(), 0);
  features.legal.assign(trajectories.size(), 1);
  const ActionTracker unscheduled(task.initial.program());
  for (const Trajectory& trajectory : trajectories) {
    ActionTracker tracker = unscheduled;
    const auto context = context_features(task, machine.hardware, machine.threads, trajectory.size());
    for (const Action& action : trajectory) {
      const auto values = tracker.follow(action).values();
      features.rows.values.insert(features.rows.values.end(), values.begin(), values.end());
      features.rows.values.insert(features.rows.values.end(), context.begin(), context.end());
    }
    features.rows.counts.push_back(static_cast<std::uint32_t>(trajectory.size()));
  }
  return features;
}

}  // namespace tilecast
