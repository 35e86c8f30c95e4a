// StaticEvaluator: the snapshot judge. Looks at each finished program by itself: features of its statements, and an
// analytic estimate of its cycles, of which trees learn what it leaves unexplained.
#pragma once

#include "evaluator/tree_evaluator.h"

namespace tilecast {

class StaticEvaluator final : public TreeEvaluator {
 public:
  // `machine` is where the judged code runs; `threads` how many judge.
  StaticEvaluator(Machine machine, int threads) : TreeEvaluator(std::move(machine), threads) {}

  std::string name() const override { return "static"; }

 private:
  Features describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                    const Machine& machine) const override;
  std::size_t columns() const override;
  std::unique_ptr<TreeEvaluator> unlearnt() const override {
    return std::make_unique<StaticEvaluator>(machine(), threads());
  }
};

}  // namespace tilecast
