// What the transition learns from: measured trajectories as features of their actions and latents of their states.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <span>
#include <vector>

#include "worldmodel/rollout.h"
#include "worldmodel/tensor_file.h"
#include "worldmodel/text_encoder.h"
#include "worldmodel/training/training_data.h"

namespace tilecast {

// One list a task, of which the first `most_encoded` have the latents of all their states: those are what takes time.
// Tasks are divided over the threads; when `cancelled` turns true, those that are left get an empty list.
std::vector<std::vector<Rollout>> encode_rollouts(std::span<const MeasuredTask> tasks, const TextEncoder& encoder,
                                                  std::size_t most_encoded, int threads,
                                                  const std::function<bool()>& cancelled);

// Over how many dimensions the latents spread: e to the entropy of the shares that the eigenvalues of their covariance
// have (Roy and Vetterli, EUSIPCO 2007), at most the latent width. A collapsed encoder has few and tells nothing apart.
double effective_dimensions(std::span<const std::vector<Rollout>> rollouts, std::int64_t latent_width);

// Latents of the states brought down to the components along which they vary most (principal component analysis), at
// most so many, fewer where the latents do not vary along more; the layer encoder.latent of `file` is made to do the
// same. For encoders whose latents go through no such layer yet. There must be a rollout.
void reduce_latents(std::vector<std::vector<Rollout>>& rollouts, std::int64_t latent_width,
                    std::int64_t most_components, TensorFile& file);

// Latents of the states, shifted and scaled so that each component has mean 0 and variance 1 over `rollouts`; the same
// is done to the encoder's last layer in `file`.
void standardise_latents(std::vector<std::vector<Rollout>>& rollouts, TensorFile& file);

// Of rows that are part of rollouts, Rollout::features or Rollout::latents.
struct RowMoments {
  torch::Tensor mean;        // width, doubles
  torch::Tensor covariance;  // width x width, doubles
  torch::Tensor deviation() const { return covariance.diagonal().clamp_min(0).sqrt(); }
};
RowMoments moments_of(std::span<const std::vector<Rollout>> rollouts, std::vector<float> Rollout::*rows,
                      std::int64_t width);

}  // namespace tilecast
