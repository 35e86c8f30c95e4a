#include <cmath>
#include <thread>

#include "worldmodel/action_features.h"
#include "worldmodel/state_texts.h"
#include "worldmodel/training/transition_training.h"

namespace tilecast {
namespace {

Rollout encode_rollout(const MeasuredTask& task, std::size_t which, const Encoder& encoder, LineVectors& lines) {
  Rollout rollout;
  ActionTracker tracker(task.initial.program());
  const Trajectory& trajectory = task.trajectories[which];
  const auto texts = state_texts(task.initial, trajectory);
  if (!texts.ok()) return rollout;
  for (const Action& action : trajectory) {
    const auto values = tracker.follow(action).values();
    rollout.features.insert(rollout.features.end(), values.begin(), values.end());
  }
  for (const std::string& text : *texts) {
    const std::vector<float> latent = encoder.encode(program_lines(text), &lines);
    rollout.latents.insert(rollout.latents.end(), latent.begin(), latent.end());
  }
  return rollout;
}

std::vector<Rollout> encode_task(const MeasuredTask& task, const Encoder& encoder, std::size_t most) {
  std::vector<Rollout> rollouts;
  LineVectors lines;
  double mean = 0;
  for (const double seconds : task.seconds) mean += std::log2(seconds) / static_cast<double>(task.seconds.size());
  for (std::size_t i = 0; i < std::min(most, task.trajectories.size()); ++i) {
    Rollout rollout = encode_rollout(task, i, encoder, lines);
    // A record of another version of the actions does not replay.
    if (rollout.latents.empty()) continue;
    rollout.log_seconds = std::log2(task.seconds[i]) - mean;
    rollouts.push_back(std::move(rollout));
  }
  return rollouts;
}

}  // namespace

std::vector<std::vector<Rollout>> encode_rollouts(std::span<const MeasuredTask> tasks, const Encoder& encoder,
                                                  std::size_t most_of_a_task, int threads,
                                                  const std::function<bool()>& cancelled) {
  std::vector<std::vector<Rollout>> result(tasks.size());
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (auto i = static_cast<std::size_t>(t); i < tasks.size() && !cancelled();
           i += static_cast<std::size_t>(threads)) {
        result[i] = encode_task(tasks[i], encoder, most_of_a_task);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return result;
}

double effective_dimensions(std::span<const std::vector<Rollout>> rollouts, std::int64_t latent_width) {
  torch::Tensor sum = torch::zeros({latent_width}, torch::kDouble);
  torch::Tensor products = torch::zeros({latent_width, latent_width}, torch::kDouble);
  double count = 0;
  for (const auto& of_task : rollouts) {
    for (const Rollout& rollout : of_task) {
      const torch::Tensor latents = torch::tensor(rollout.latents).view({-1, latent_width}).to(torch::kDouble);
      sum += latents.sum(0);
      products += torch::matmul(latents.t(), latents);
      count += static_cast<double>(latents.size(0));
    }
  }
  const torch::Tensor mean = sum / count;
  const torch::Tensor eigenvalues =
      torch::linalg_eigvalsh(products / count - torch::outer(mean, mean)).clamp_min(1e-12);
  const torch::Tensor shares = eigenvalues / eigenvalues.sum();
  return std::exp(-(shares * shares.log()).sum().item<double>());
}

void standardise_latents(std::vector<std::vector<Rollout>>& rollouts, TensorFile& file) {
  Tensor& weight = file.tensors.at("encoder.latent.weight");
  Tensor& bias = file.tensors.at("encoder.latent.bias");
  const std::size_t width = bias.values.size();
  std::vector<double> sums(width);
  std::vector<double> squares(width);
  double count = 0;
  for (const auto& of_task : rollouts) {
    for (const Rollout& rollout : of_task) {
      for (std::size_t i = 0; i < rollout.latents.size(); ++i) {
        sums[i % width] += static_cast<double>(rollout.latents[i]);
        squares[i % width] += static_cast<double>(rollout.latents[i]) * static_cast<double>(rollout.latents[i]);
      }
      count += static_cast<double>(rollout.latents.size() / width);
    }
  }
  std::vector<float> mean(width);
  std::vector<float> scale(width);
  for (std::size_t i = 0; i < width; ++i) {
    mean[i] = static_cast<float>(sums[i] / count);
    scale[i] = static_cast<float>(1 / std::sqrt(std::max(squares[i] / count - std::pow(sums[i] / count, 2), 1e-12)));
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
