// ActionEvaluator: a judge that sees the list of actions alone: trees over one row of features that
// following them gives (worldmodel/program_features.h). Neither the program's text nor its loop nest with inferred
// bounds is looked at. It is what is left of the world model without its latents: the row of an ablation that says what
// those are worth.
#pragma once

#include "evaluator/tree_evaluator.h"

namespace tilecast {

// Legality is not checked: what no space would propose gets a score like any other.
class ActionEvaluator final : public TreeEvaluator {
 public:
  // `machine` is where the judged code runs; `threads` how many judge.
  ActionEvaluator(Machine machine, int threads) : TreeEvaluator(std::move(machine), threads) {}

  std::string name() const override { return "actions"; }

 private:
  Features describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                    const Machine& machine) const override;
  std::size_t columns() const override;
  std::unique_ptr<TreeEvaluator> unlearnt() const override {
    return std::make_unique<ActionEvaluator>(machine(), threads());
  }
};

}  // namespace tilecast
