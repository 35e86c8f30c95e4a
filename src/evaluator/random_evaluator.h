// RandomEvaluator: no judgement at all; the control of every comparison of evaluators.
#pragma once

#include "evaluator/evaluator.h"

namespace tilecast {

class RandomEvaluator final : public Evaluator {
 public:
  explicit RandomEvaluator(std::uint64_t seed) : seed_(seed) {}
  std::string name() const override { return "random"; }
  // A number that depends on the trajectory and the seed alone.
  std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const override;
  void update(const TaskContext& task, std::span<const MeasureRecord> records) override;
  Status pretrain(std::span<const TaskRecords> records) override;
  std::unique_ptr<Evaluator> fresh() const override { return std::make_unique<RandomEvaluator>(seed_); }

 private:
  std::uint64_t seed_;
};

}  // namespace tilecast
