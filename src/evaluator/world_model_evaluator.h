// WorldModelEvaluator: encodes the unscheduled program once, rolls each candidate's actions forward from its latent,
// and ranks what they lead to.
#pragma once

#include <mutex>
#include <optional>
#include <string_view>

#include "evaluator/tree_evaluator.h"
#include "worldmodel/world_model.h"

namespace tilecast {

// What ranks. The first is the judge; the others are for comparison. "Program features" are what the actions amount to
// (worldmodel/program_features.h), and the machine.
enum class Ranker : std::uint8_t {
  kMean,           // the mean of the model's head on the foreseen latent and of trees on program features
  kHead,           // the head alone: end to end
  kForeseenTrees,  // trees on the foreseen latent's part that texts speak of, and program features: as Pan et al. have
                   // it
  kLatentTrees,    // trees on the foreseen latent and the machine alone
  kEncodedTrees,   // trees on the encoder's latent of the finished program, and program features: what a perfect
                   // transition would foresee, at the cost of building every candidate's states
};
// The evaluator's name, and the other way round.
std::string_view ranker_name(Ranker ranker);
std::optional<Ranker> ranker_from_name(std::string_view name);
std::vector<std::string> ranker_names();

// Legality is not checked, unless states are built: what no space would propose gets a score like any other.
class WorldModelEvaluator final : public TreeEvaluator {
 public:
  // `machine` is where the judged code runs; `threads` how many judge.
  WorldModelEvaluator(Machine machine, int threads, std::shared_ptr<const WorldModel> model,
                      Ranker ranker = Ranker::kMean)
      : TreeEvaluator(std::move(machine), threads), model_(std::move(model)), ranker_(ranker) {}

  std::string name() const override { return std::string(ranker_name(ranker_)); }

 private:
  Features describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                    const Machine& machine) const override;
  std::size_t columns() const override;
  std::size_t point_columns() const override;
  bool has_head() const;
  // What the trees see: so many of the last columns of program_rows(), so many of the first of a latent.
  std::size_t row_columns() const;
  std::size_t latent_columns() const;
  std::unique_ptr<TreeEvaluator> unlearnt() const override {
    return std::make_unique<WorldModelEvaluator>(machine(), threads(), model_, ranker_);
  }
  double share_of_trees() const override;
  // The encoder's latent of the task's unscheduled program.
  std::vector<float> initial_latent(const TaskContext& task) const;

  // Trajectories x latent width: of the transition, and of the encoder. `actions`: features of all actions, one
  // trajectory after the other. `legal`: which of the trajectories are.
  std::vector<float> foreseen_latents(const TaskContext& task, std::span<const Trajectory> trajectories,
                                      std::span<const float> actions) const;
  std::vector<float> encoded_latents(const TaskContext& task, std::span<const Trajectory> trajectories,
                                     std::vector<char>& legal) const;

  std::shared_ptr<const WorldModel> model_;
  Ranker ranker_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<float>> initial_latents_;  // by task key; guarded by mutex_
};

}  // namespace tilecast
