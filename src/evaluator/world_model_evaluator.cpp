#include "evaluator/world_model_evaluator.h"

#include "evaluator/program_rows.h"

namespace tilecast {

std::vector<float> WorldModelEvaluator::initial_latent(const TaskContext& task) const {
  const std::lock_guard lock(mutex_);
  std::vector<float>& latent = initial_latents_[task.task.key];
  if (latent.empty()) latent = model_->encoder.encode(program_text(task.initial));
  return latent;
}

std::vector<float> WorldModelEvaluator::foreseen_latents(const TaskContext& task,
                                                         std::span<const Trajectory> trajectories,
                                                         std::span<const float> actions) const {
  std::vector<std::uint32_t> counts;
  counts.reserve(trajectories.size());
  for (const Trajectory& trajectory : trajectories) counts.push_back(static_cast<std::uint32_t>(trajectory.size()));
  return model_->foresee(initial_latent(task), actions, counts);
}

std::vector<float> WorldModelEvaluator::encoded_latents(const TaskContext& task,
                                                        std::span<const Trajectory> trajectories,
                                                        std::vector<char>& legal) const {
  const std::size_t width = model_->encoder.latent_width();
  std::vector<float> latents;
  EncoderCache cache;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const auto state = replay(task.initial, trajectories[i]);
    legal[i] = state.ok() ? 1 : 0;
    const std::vector<float> latent =
        state.ok() ? model_->encoder.encode(program_text(*state), &cache) : std::vector<float>(width);
    latents.insert(latents.end(), latent.begin(), latent.end());
  }
  return latents;
}

TreeEvaluator::Features WorldModelEvaluator::describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                      const Machine& machine) const {
  const bool foreseen = source_ == LatentSource::kForeseen;
  std::vector<float> actions;
  const PackedRows rows =
      program_rows(task, trajectories, machine.hardware, machine.threads, foreseen ? &actions : nullptr);
  Features features;
  features.log_estimate.assign(trajectories.size(), 0);
  features.legal.assign(trajectories.size(), 1);
  const std::vector<float> latents =
      foreseen ? foreseen_latents(task, trajectories, actions) : encoded_latents(task, trajectories, features.legal);
  const std::size_t width = model_->encoder.latent_width();
  features.rows.columns = rows.columns + width;
  features.rows.counts = rows.counts;
  features.rows.values.reserve(trajectories.size() * features.rows.columns);
  const auto append = [&](std::span<const float> values) {
    features.rows.values.insert(features.rows.values.end(), values.begin(), values.end());
  };
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    append(std::span(rows.values).subspan(i * rows.columns, rows.columns));
    append(std::span(latents).subspan(i * width, width));
  }
  return features;
}

std::size_t WorldModelEvaluator::columns() const {
  return program_row_columns() + model_->encoder.latent_width();
}

}  // namespace tilecast
