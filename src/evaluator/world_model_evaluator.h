// WorldModelEvaluator: encodes the unscheduled program once, rolls each candidate's actions forward from its latent,
// and lets trees rank what they lead to: the foreseen latent, what the actions amount to
// (worldmodel/program_features.h) and the machine.
#pragma once

#include <mutex>

#include "evaluator/tree_evaluator.h"
#include "worldmodel/world_model.h"

namespace tilecast {

// Where the latent that the trees see comes from.
enum class LatentSource : std::uint8_t {
  kForeseen,  // rolled forward from the unscheduled program
  kEncoded,  // the encoder's, of the finished program: what a perfect transition would foresee, at the cost of building
             // every candidate's states; for comparison
};

// Legality is not checked, unless states are built: what no space would propose gets a score like any other.
class WorldModelEvaluator final : public TreeEvaluator {
 public:
  // `code_threads` is how many threads the judged code uses; `threads` how many judge.
  WorldModelEvaluator(Hardware hardware, int code_threads, int threads, std::shared_ptr<const WorldModel> model,
                      LatentSource source = LatentSource::kForeseen)
      : TreeEvaluator(std::move(hardware), code_threads, threads), model_(std::move(model)), source_(source) {}

  std::string name() const override { return source_ == LatentSource::kForeseen ? "world-model" : "encoded"; }

 private:
  Features describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                    const Machine& machine) const override;
  std::size_t columns() const override;
  std::unique_ptr<TreeEvaluator> unlearnt() const override {
    return std::make_unique<WorldModelEvaluator>(hardware(), code_threads(), threads(), model_, source_);
  }
  // The latent of the task's unscheduled program.
  std::vector<float> initial_latent(const TaskContext& task) const;

  // Both: trajectories x latent width. `actions`: features of all actions, one trajectory after the other. `legal`:
  // which of the trajectories are.
  std::vector<float> foreseen_latents(const TaskContext& task, std::span<const Trajectory> trajectories,
                                      std::span<const float> actions) const;
  std::vector<float> encoded_latents(const TaskContext& task, std::span<const Trajectory> trajectories,
                                     std::vector<char>& legal) const;

  std::shared_ptr<const WorldModel> model_;
  LatentSource source_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<float>> initial_latents_;  // by task key; guarded by mutex_
};

}  // namespace tilecast
