// Training of the transition model on whole trajectories: from the latent of the unscheduled program on, each step
// starts where the model's own last step ended, and every step is compared with the encoder's latent of the true state.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "worldmodel/encoder.h"
#include "worldmodel/training/torch_layers.h"
#include "worldmodel/training/training_data.h"
#include "worldmodel/transition.h"

namespace tilecast {

// A trajectory as the transition model sees it.
struct Rollout {
  std::vector<float> features;  // actions x kActionFeatureCount
  std::vector<float> latents;   // (actions + 1) x latent width: of the true states
  double log_seconds = 0;       // to base 2, less the mean of its task's programs
};

// Of each task at most so many, one list a task. Tasks are divided over the threads; when `cancelled` turns true, those
// that are left get an empty list.
std::vector<std::vector<Rollout>> encode_rollouts(std::span<const MeasuredTask> tasks, const Encoder& encoder,
                                                  std::size_t most_of_a_task, int threads,
                                                  const std::function<bool()>& cancelled);

// Over how many dimensions the latents spread: e to the entropy of the shares that the eigenvalues of their covariance
// have (Roy and Vetterli, EUSIPCO 2007), at most the latent width. A collapsed encoder has few and tells nothing apart.
double effective_dimensions(std::span<const std::vector<Rollout>> rollouts, std::int64_t latent_width);

// Latents of the states, shifted and scaled so that each component has mean 0 and variance 1 over `rollouts`; the same
// is done to the encoder's last layer in `file`.
void standardise_latents(std::vector<std::vector<Rollout>>& rollouts, TensorFile& file);

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
