// Training of the transition model on whole trajectories: from the latent of the unscheduled program on, each step
// starts where the model's own last step ended. The latents' part that texts speak of is compared with the encoder's
// latent of the true state, step by step; what a head makes of the last latent, with the measured time.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "worldmodel/training/rollouts.h"
#include "worldmodel/transition.h"

namespace tilecast {

struct TransitionOptions {
  TransitionKind kind = TransitionKind::kTransH;
  std::int64_t hidden = 128;
  std::int64_t free = 64;  // components of the latent that no text says anything about
  std::int64_t steps = 5000;
  std::size_t tasks = 24;       // of a batch
  std::size_t programs = 12;    // of each task
  double value_weight = 10;     // of the head's error against that of the texts; 0: the head learns nothing
  double dropout = 0.1;         // in the head
  double learning_rate = 2e-3;  // rises over the first tenth, then falls to nothing along a cosine
  double decay = 1e-2;          // of the weights
  std::uint64_t seed = 0;
};

struct TransitionStep {
  std::int64_t step = 0;
  double error = 0;   // squared, of a component of a foreseen latent's part that texts speak of, over all steps
  double cosine = 0;  // of this part of the last foreseen latent and the true one
  double value = 0;   // squared error of log2 of the time, fast programs counting most
};

// `rollouts`: of the encoder in `file`. Tensors transition.* and value.* and the metadata "transition" for `file`.
// `report` is called after every step; false ends the training in order.
void train_transition(std::span<const std::vector<Rollout>> rollouts, const TransitionOptions& options,
                      const std::function<bool(const TransitionStep&)>& report, TensorFile& file);

}  // namespace tilecast
