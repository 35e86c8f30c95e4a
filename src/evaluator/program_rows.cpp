#include "evaluator/program_rows.h"

#include <array>
#include <limits>

#include "base/statistics.h"
#include "worldmodel/program_features.h"

namespace tilecast {
namespace {

constexpr std::size_t kContextFeatures = 8;

// By trees a missing value is told apart from every number.
float log_peak(double peak, int threads) {
  return peak > 0 ? log_count(peak / threads) : std::numeric_limits<float>::quiet_NaN();
}

// What all trajectories of a task have in common.
std::array<float, kContextFeatures> context_features(const TaskContext& task, const Machine& machine) {
  const Hardware& hardware = machine.hardware;
  return {log_count(task.task.flops),
          static_cast<float>(machine.threads),
          log_count(hardware.vector_bytes),
          log_count(static_cast<double>(hardware.l1_bytes)),
          log_count(static_cast<double>(hardware.l2_bytes)),
          log_count(static_cast<double>(hardware.l3_bytes)),
          log_peak(machine.peaks.gflops, machine.threads),
          log_peak(machine.peaks.bandwidth_gbs, machine.threads)};
}

}  // namespace

PackedRows program_rows(const TaskContext& task, std::span<const Trajectory> trajectories, const Machine& machine,
                        std::vector<float>* actions) {
  PackedRows rows{.columns = program_row_columns()};
  rows.counts.assign(trajectories.size(), 1);
  rows.values.reserve(trajectories.size() * rows.columns);
  const ActionTracker unscheduled(task.initial.program());
  const auto context = context_features(task, machine);
  for (const Trajectory& trajectory : trajectories) {
    ActionTracker tracker = unscheduled;
    for (const Action& action : trajectory) {
      const ActionFeatures features = tracker.follow(action);
      if (actions == nullptr) continue;
      const auto values = features.values();
      actions->insert(actions->end(), values.begin(), values.end());
    }
    const auto values = values_of(program_features(tracker));
    rows.values.insert(rows.values.end(), values.begin(), values.end());
    rows.values.insert(rows.values.end(), context.begin(), context.end());
  }
  return rows;
}

std::size_t context_columns() {
  return kContextFeatures;
}

std::size_t program_row_columns() {
  return kProgramFeatureCount + kContextFeatures;
}

}  // namespace tilecast
