// ActionEvaluator: a judge that sees the list of actions alone: trees over the actions' features, summed over the
// trajectory. Neither the program's text nor the loop nest that it ends in is looked at. It is what is left of the
// world model without its latents: the row of an ablation that says what those are worth.
#pragma once

#include <map>
#include <memory>

#include "base/hardware.h"
#include "evaluator/evaluator.h"
#include "evaluator/packed_trees.h"
#include "evaluator/residual_fit.h"

namespace tilecast {

class ActionEvaluator final : public Evaluator {
 public:
  // `threads` judge.
  ActionEvaluator(Hardware hardware, int threads) : hardware_(std::move(hardware)), threads_(threads) {}

  std::string name() const override { return "actions"; }
  // Minus log2 of the predicted time, up to a constant of the task. Legality is not checked.
  std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const override;
  void update(const TaskContext& task, std::span<const MeasureRecord> records) override;
  Status pretrain(std::span<const TaskRecords> records) override;
  std::unique_ptr<Evaluator> fresh() const override;

 private:
  PackedRows extract(const TaskContext& task, std::span<const Trajectory> trajectories, const Hardware& hardware) const;
  void append(const TaskContext& task, std::span<const MeasureRecord> records, const Hardware& hardware,
              MeasuredPrograms& programs) const;

  Hardware hardware_;
  int threads_;
  std::shared_ptr<const PackedTrees> pretrained_trees_;  // null before pretraining
  std::map<std::string, MeasuredPrograms> measured_;     // by task key
  std::shared_ptr<const PackedTrees> trees_;
};

}  // namespace tilecast
