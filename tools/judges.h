// Evaluators for records of several machines.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tune_session.h"

namespace tilecast::tools {

// An evaluator is for one machine and number of threads: each that records were measured on gets its own, which learns
// from the training records and from nothing else, not even what the trees of a model know.
class Judges {
 public:
  // `training` must outlive this; where it is empty, evaluators learn nothing. `without_hardware`: all machines, of the
  // training records and of those that are judged, are taken for one and the same.
  Judges(EvaluatorChoice choice, std::span<const TaskRecords> training, std::uint64_t seed,
         bool without_hardware = false);

  // For these records; made when it is first asked for. Fails as make_evaluator and Evaluator::pretrain do.
  Result<const Evaluator*> judge_of(const TaskRecords& group);
  // What all pretraining took so far.
  double training_seconds() const { return training_seconds_; }

 private:
  EvaluatorChoice choice_;
  std::vector<TaskRecords> without_hardware_copy_;  // what training_ refers to, where hardware is hidden
  std::span<const TaskRecords> training_;
  std::uint64_t seed_;
  bool without_hardware_;
  std::map<std::pair<std::string, int>, std::unique_ptr<Evaluator>> evaluators_;  // by fingerprint and threads
  double training_seconds_ = 0;
};

// The times of the group's programs, in order.
std::vector<double> seconds_of(const TaskRecords& group);
// The scores of the group's programs, in order.
std::vector<double> scores_of(const TaskRecords& group, const Evaluator& evaluator);

using GroupFilter = std::function<bool(const TaskRecords&)>;

struct ScoredGroups {
  // Of each group, in order; empty where there is nothing to order (fewer than two programs) and for groups that are
  // not wanted.
  std::vector<std::vector<double>> scores;
  double scoring_seconds = 0;  // without the training
};
Result<ScoredGroups> score_groups(std::span<const TaskRecords> groups, const GroupFilter& wanted, Judges& judges);

}  // namespace tilecast::tools
