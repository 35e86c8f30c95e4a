// WorldModelEvaluator: encodes the unscheduled program once, rolls each candidate's actions forward from its latent,
// and lets trees rank what they lead to: the foreseen latent, what the actions amount to
// (worldmodel/program_features.h) and the machine.
#pragma once

#include <mutex>

#include "evaluator/tree_evaluator.h"
#include "worldmodel/world_model.h"

namespace tilecast {

// Legality is not checked: what no space would propose gets a score like any other.
class WorldModelEvaluator final : public TreeEvaluator {
 public:
  // `code_threads` is how many threads the judged code uses; `threads` how many judge.
  WorldModelEvaluator(Hardware hardware, int code_threads, int threads, std::shared_ptr<const WorldModel> model)
      : TreeEvaluator(std::move(hardware), code_threads, threads), model_(std::move(model)) {}

  std::string name() const override { return "world-model"; }

 private:
  Features describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                    const Machine& machine) const override;
  std::unique_ptr<TreeEvaluator> unlearnt() const override {
    return std::make_unique<WorldModelEvaluator>(hardware(), code_threads(), threads(), model_);
  }
  // The latent of the task's unscheduled program.
  std::vector<float> initial_latent(const TaskContext& task) const;

  std::shared_ptr<const WorldModel> model_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<float>> initial_latents_;  // by task key; guarded by mutex_
};

}  // namespace tilecast
