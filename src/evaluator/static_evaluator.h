// StaticEvaluator: the snapshot judge. Looks at each finished program by itself: features of its statements, an
// analytic estimate, trees that learnt from other tasks what the estimate leaves unexplained, and trees that learn from
// the measurements at hand what both leave.
#pragma once

#include <map>
#include <memory>

#include "base/hardware.h"
#include "evaluator/evaluator.h"
#include "evaluator/packed_trees.h"
#include "evaluator/residual_fit.h"

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
  // Each entry's programs are estimated for the entry's own machine.
  Status pretrain(std::span<const TaskRecords> records) override;
  std::unique_ptr<Evaluator> fresh() const override;

 private:
  struct Features {
    PackedRows rows;
    std::vector<double> log_cycles;  // of each program, by the analytic model
    std::vector<char> legal;
  };
  // The machine and the threads that the judged code is for.
  struct Machine {
    const Hardware& hardware;
    int threads;
  };
  Features extract(const TaskContext& task, std::span<const Trajectory> trajectories, const Machine& machine) const;
  // Appends those that were measured and are legal.
  void append(const TaskContext& task, std::span<const MeasureRecord> records, const Machine& machine,
              MeasuredPrograms& programs) const;
  void train();

  Hardware hardware_;
  int code_threads_;
  int threads_;
  double pretrained_slope_ = 1;                          // of log time over log cycles
  std::shared_ptr<const PackedTrees> pretrained_trees_;  // null before pretraining
  std::map<std::string, MeasuredPrograms> measured_;     // by task key; known: what the pretrained trees say
  double slope_ = 1;
  std::shared_ptr<const PackedTrees> trees_;
};

}  // namespace tilecast
