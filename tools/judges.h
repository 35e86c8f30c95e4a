// Evaluators for records of several machines.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "tune_session.h"

namespace tilecast::tools {

// An evaluator is for one machine and number of threads: each that records were measured on gets its own, pretrained.
class Judges {
 public:
  // `training` must outlive this; where it is empty, evaluators learn nothing.
  Judges(EvaluatorChoice choice, std::span<const TaskRecords> training, std::uint64_t seed)
      : choice_(std::move(choice)), training_(training), seed_(seed) {}

  // For these records; made when it is first asked for. Fails as make_evaluator and Evaluator::pretrain do.
  Result<const Evaluator*> judge_of(const TaskRecords& group);
  // What all pretraining took so far.
  double training_seconds() const { return training_seconds_; }

 private:
  EvaluatorChoice choice_;
  std::span<const TaskRecords> training_;
  std::uint64_t seed_;
  std::map<std::pair<std::string, int>, std::unique_ptr<Evaluator>> evaluators_;  // by fingerprint and threads
  double training_seconds_ = 0;
};

// The scores of the group's programs, in order.
std::vector<double> scores_of(const TaskRecords& group, const Evaluator& evaluator);

}  // namespace tilecast::tools
