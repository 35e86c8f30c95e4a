// Evaluator: anything that scores candidates. Higher is better, always.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/measure_record.h"
#include "schedule/task_context.h"

namespace tilecast {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual std::string name() const = 0;
  // One score a trajectory. Scores of one task compare with each other; an illegal trajectory scores minus infinity.
  // Const and safe to call from several threads at once (but not during update).
  virtual std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const = 0;
  // Learns from records of `task` (all that were measured since the last call; errors included).
  virtual void update(const TaskContext& task, std::span<const MeasureRecord> records) = 0;
};

}  // namespace tilecast
