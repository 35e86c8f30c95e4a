// Training of the transition model on whole trajectories: from the latent of the unscheduled program on, each step
// starts where the model's own last step ended, and every step is compared with the encoder's latent of the true state.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "worldmodel/training/rollouts.h"
#include "worldmodel/transition.h"

namespace tilecast {

struct TransitionOptions {
  TransitionKind kind = TransitionKind::kTransH;
  std::int64_t hidden = 64;
  std::int64_t steps = 2000;
  std::size_t tasks = 16;       // of a batch
  std::size_t programs = 8;     // of each task
  double value_weight = 0.5;    // of the loss of a head that foresees the time from the last latent; 0: none
  double learning_rate = 2e-3;  // falls to nothing along a cosine
  std::uint64_t seed = 0;
};

struct TransitionStep {
  std::int64_t step = 0;
  double error = 0;   // squared, of a component of a foreseen latent, over all steps
  double cosine = 0;  // of the last foreseen latent and the true one
  double value = 0;   // squared error of log2 of the time
};

// Tensors transition.* and the metadata "transition" for `file`. `report` is called after every step; false ends the
// training in order.
void train_transition(std::span<const std::vector<Rollout>> rollouts, const TransitionOptions& options,
                      const std::function<bool(const TransitionStep&)>& report, TensorFile& file);

}  // namespace tilecast
