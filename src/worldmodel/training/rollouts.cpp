#include "worldmodel/training/rollouts.h"

#include <algorithm>
#include <cmath>

#include "base/parallel_ranges.h"
#include "worldmodel/training/torch_layers.h"

namespace tilecast {
namespace {

std::vector<Rollout> encode_task(const MeasuredTask& task, const TextEncoder& encoder, std::size_t most_encoded) {
  std::vector<Rollout> rollouts;
  EncoderCache cache;
  const std::vector<float> start = encoder.encode(program_text(task.initial), &cache);
  double mean = 0;
  for (const double seconds : task.seconds) mean += std::log2(seconds) / static_cast<double>(task.seconds.size());
  for (std::size_t i = 0; i < task.trajectories.size(); ++i) {
    auto rollout = i < most_encoded ? encode_rollout(task.initial, task.trajectories[i], encoder, cache)
                                    : start_rollout(task.initial, task.trajectories[i], start);
    // A record of another version of the actions does not replay.
    if (!rollout.ok()) continue;
    rollout->log_seconds = std::log2(task.seconds[i]) - mean;
    rollouts.push_back(*std::move(rollout));
  }
  return rollouts;
}

}  // namespace

std::vector<std::vector<Rollout>> encode_rollouts(std::span<const MeasuredTask> tasks, const TextEncoder& encoder,
                                                  std::size_t most_encoded, int threads,
                                                  const std::function<bool()>& cancelled) {
  std::vector<std::vector<Rollout>> result(tasks.size());
  parallel_ranges(tasks.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && !cancelled(); ++i) {
      result[i] = encode_task(tasks[i], encoder, most_encoded);
    }
  });
  return result;
}

RowMoments moments_of(std::span<const std::vector<Rollout>> rollouts, std::vector<float> Rollout::*rows,
                      std::int64_t width) {
  torch::Tensor sum = torch::zeros({width}, torch::kDouble);
  torch::Tensor products = torch::zeros({width, width}, torch::kDouble);
  double count = 0;
  for (const auto& of_task : rollouts) {
    for (const Rollout& rollout : of_task) {
      const torch::Tensor values = torch::tensor(rollout.*rows).view({-1, width}).to(torch::kDouble);
      sum += values.sum(0);
      products += torch::matmul(values.t(), values);
      count += static_cast<double>(values.size(0));
    }
  }
  const torch::Tensor mean = sum / count;
  return {mean, products / count - torch::outer(mean, mean)};
}

double effective_dimensions(std::span<const std::vector<Rollout>> rollouts, std::int64_t latent_width) {
  const RowMoments moments = moments_of(rollouts, &Rollout::latents, latent_width);
  const torch::Tensor eigenvalues = torch::linalg_eigvalsh(moments.covariance).clamp_min(1e-12);
  const torch::Tensor shares = eigenvalues / eigenvalues.sum();
  return std::exp(-(shares * shares.log()).sum().item<double>());
}

void reduce_latents(std::vector<std::vector<Rollout>>& rollouts, std::int64_t latent_width,
                    std::int64_t most_components, TensorFile& file) {
  const RowMoments moments = moments_of(rollouts, &Rollout::latents, latent_width);
  const auto [eigenvalues, eigenvectors] = torch::linalg_eigh(moments.covariance, "L");  // smallest first
  // What varies less is the rounding of floats, which scaling to variance 1 would turn into noise.
  constexpr double kLeastShare = 1e-8;
  const torch::Tensor varies = eigenvalues > kLeastShare * eigenvalues.max();
  const std::int64_t components = std::clamp<std::int64_t>(varies.sum().item<std::int64_t>(), 1, most_components);
  const torch::Tensor weight = eigenvectors.slice(1, latent_width - components).flip(1).to(torch::kFloat).contiguous();
  const torch::Tensor bias = -torch::matmul(moments.mean.to(torch::kFloat), weight);
  for (auto& of_task : rollouts) {
    for (Rollout& rollout : of_task) {
      const torch::Tensor latents = torch::tensor(rollout.latents).view({-1, latent_width});
      rollout.latents = tensor_of(torch::matmul(latents, weight) + bias).values;
    }
  }
  file.tensors["encoder.latent.weight"] = tensor_of(weight);
  file.tensors["encoder.latent.bias"] = tensor_of(bias);
}

void standardise_latents(std::vector<std::vector<Rollout>>& rollouts, TensorFile& file) {
  Tensor& weight = file.tensors.at("encoder.latent.weight");
  Tensor& bias = file.tensors.at("encoder.latent.bias");
  const std::size_t width = bias.values.size();
  const RowMoments moments = moments_of(rollouts, &Rollout::latents, static_cast<std::int64_t>(width));
  const torch::Tensor deviation = moments.deviation().clamp_min(1e-6);
  std::vector<float> mean(width);
  std::vector<float> scale(width);
  for (std::size_t i = 0; i < width; ++i) {
    mean[i] = static_cast<float>(moments.mean.data_ptr<double>()[i]);
    scale[i] = static_cast<float>(1 / deviation.data_ptr<double>()[i]);
  }
  for (auto& of_task : rollouts) {
    for (Rollout& rollout : of_task) {
      for (std::size_t i = 0; i < rollout.latents.size(); ++i) {
        rollout.latents[i] = (rollout.latents[i] - mean[i % width]) * scale[i % width];
      }
    }
  }
  for (std::size_t i = 0; i < weight.values.size(); ++i) weight.values[i] *= scale[i % width];
  for (std::size_t i = 0; i < width; ++i) bias.values[i] = (bias.values[i] - mean[i]) * scale[i];
}

}  // namespace tilecast
