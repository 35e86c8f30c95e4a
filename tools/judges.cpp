#include "judges.h"

#include <chrono>

#include "base/stopwatch.h"

namespace tilecast::tools {
namespace {

// What stands for every machine. It keeps the number of cores, of which no feature speaks: they say how many threads
// judge.
Machine any_machine(const Machine& machine) {
  Machine any{.threads = machine.threads};
  any.hardware.cores = machine.hardware.cores;
  return any;
}

}  // namespace

Judges::Judges(EvaluatorChoice choice, std::span<const TaskRecords> training, std::uint64_t seed, bool without_hardware)
    : choice_(std::move(choice)), training_(training), seed_(seed), without_hardware_(without_hardware) {
  // All judges learn from the same programs; those that the trees of a model have seen may be others.
  choice_.pretrained = false;
  if (!without_hardware) return;
  without_hardware_copy_.assign(training.begin(), training.end());
  for (TaskRecords& group : without_hardware_copy_) group.machine = any_machine(group.machine);
  training_ = without_hardware_copy_;
}

Result<const Evaluator*> Judges::judge_of(const TaskRecords& group) {
  const Machine machine = without_hardware_ ? any_machine(group.machine) : group.machine;
  std::unique_ptr<Evaluator>& evaluator = evaluators_[{machine.hardware.fingerprint, machine.threads}];
  if (!evaluator) {
    TILECAST_TRY(auto made, make_evaluator(choice_, machine, seed_));
    const auto start = std::chrono::steady_clock::now();
    if (!training_.empty()) TILECAST_CHECK(made->pretrain(training_));
    training_seconds_ += seconds_since(start);
    evaluator = std::move(made);
  }
  return static_cast<const Evaluator*>(evaluator.get());
}

std::vector<double> seconds_of(const TaskRecords& group) {
  std::vector<double> seconds;
  seconds.reserve(group.records.size());
  for (const MeasureRecord& record : group.records) seconds.push_back(record.seconds());
  return seconds;
}

std::vector<double> scores_of(const TaskRecords& group, const Evaluator& evaluator) {
  std::vector<Trajectory> trajectories;
  trajectories.reserve(group.records.size());
  for (const MeasureRecord& record : group.records) trajectories.push_back(record.trajectory);
  return evaluator.score(group.task, trajectories);
}

Result<ScoredGroups> score_groups(std::span<const TaskRecords> groups, const GroupFilter& wanted, Judges& judges) {
  ScoredGroups result;
  for (const TaskRecords& group : groups) {
    std::vector<double>& scores = result.scores.emplace_back();
    if (group.records.size() < 2 || !wanted(group)) continue;
    TILECAST_TRY(const Evaluator* evaluator, judges.judge_of(group));
    const auto start = std::chrono::steady_clock::now();
    scores = scores_of(group, *evaluator);
    result.scoring_seconds += seconds_since(start);
  }
  return result;
}

}  // namespace tilecast::tools
