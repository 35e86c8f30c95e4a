// Evaluator: anything that scores candidates. Higher is better, always.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "record/measure_record.h"
#include "schedule/task_context.h"

namespace tilecast {

// Records of one task, all measured on the same machine with the same number of threads.
struct TaskRecords {
  TaskContext task;
  Machine machine;
  std::vector<MeasureRecord> records;
};

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual std::string name() const = 0;
  // One score a trajectory. Scores of one task compare with each other; an illegal trajectory scores minus infinity.
  // Const and safe to call from several threads at once (but not during update).
  virtual std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const = 0;
  // score() plus so many standard deviations of what the judge expects of each candidate: what a search climbs that
  // wants to know what it does not know yet. A judge that cannot tell how sure it is gives score().
  virtual std::vector<double> optimistic_scores(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                double /*optimism*/) const {
    return score(task, trajectories);
  }
  // Learns from records of `task` (all that were measured since the last call; errors included).
  virtual void update(const TaskContext& task, std::span<const MeasureRecord> records) = 0;
  // Learns from records of many tasks at once, before the first update; what updates bring is added to it. Records of
  // other machines are welcome: only differences within one entry count. Fails when there is nothing to learn from.
  virtual Status pretrain(std::span<const TaskRecords> records) = 0;
  // True when it has learnt from measured times of other programs: its scores deserve to be climbed before anything is
  // measured.
  virtual bool is_pretrained() const { return false; }
  // One that knows what this one learnt in pretraining and nothing of its updates: each search starts with its own.
  virtual std::unique_ptr<Evaluator> fresh() const = 0;
};

}  // namespace tilecast
