#include "judges.h"

#include <chrono>

#include "base/stopwatch.h"

namespace tilecast::tools {

Result<const Evaluator*> Judges::judge_of(const TaskRecords& group) {
  std::unique_ptr<Evaluator>& evaluator = evaluators_[{group.hardware.fingerprint, group.threads}];
  if (!evaluator) {
    TILECAST_TRY(auto made, make_evaluator(choice_, group.hardware, group.threads, seed_));
    const auto start = std::chrono::steady_clock::now();
    if (!training_.empty()) TILECAST_CHECK(made->pretrain(training_));
    training_seconds_ += seconds_since(start);
    evaluator = std::move(made);
  }
  return static_cast<const Evaluator*>(evaluator.get());
}

std::vector<double> scores_of(const TaskRecords& group, const Evaluator& evaluator) {
  std::vector<Trajectory> trajectories;
  trajectories.reserve(group.records.size());
  for (const MeasureRecord& record : group.records) trajectories.push_back(record.trajectory);
  return evaluator.score(group.task, trajectories);
}

}  // namespace tilecast::tools
