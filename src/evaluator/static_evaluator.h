// StaticEvaluator: the snapshot judge. Looks at each finished program by itself: features of its statements, an
// analytic estimate, and trees that learn from the measurements what the estimate leaves unexplained.
#pragma once

#include <map>
#include <optional>

#include "base/hardware.h"
#include "evaluator/evaluator.h"
#include "evaluator/packed_trees.h"

namespace tilecast {

class StaticEvaluator final : public Evaluator {
 public:
  // `code_threads` is how many threads the judged code uses; `threads` how many judge.
  StaticEvaluator(Hardware hardware, int code_threads, int threads)
      : hardware_(std::move(hardware)), code_threads_(code_threads), threads_(threads) {}

  std::string name() const override { return "static"; }
  // Minus log2 of the predicted time, up to a constant of the task.
  std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const override;
  // Trains anew on everything so far. Candidates that failed are not learnt from.
  void update(const TaskContext& task, std::span<const MeasureRecord> records) override;

 private:
  struct Features {
    PackedRows rows;
    std::vector<double> log_cycles;  // of each program, by the analytic model
    std::vector<char> legal;
  };
  Features extract(const TaskContext& task, std::span<const Trajectory> trajectories) const;
  Features extract_range(const TaskContext& task, std::span<const Trajectory> trajectories) const;
  void train();

  // The measured programs of one task.
  struct Measured {
    PackedRows rows;
    std::vector<double> log_cycles;
    std::vector<double> log_seconds;
  };

  Hardware hardware_;
  int code_threads_;
  int threads_;
  std::map<std::string, Measured> measured_;  // by task key
  double slope_ = 1;                          // of log time over log cycles
  std::optional<PackedTrees> trees_;
};

}  // namespace tilecast
