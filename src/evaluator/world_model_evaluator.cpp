#include "evaluator/world_model_evaluator.h"

#include <algorithm>
#include <array>

#include "evaluator/program_rows.h"

namespace tilecast {
namespace {

constexpr std::array<std::string_view, 5> kRankers = {"world-model", "head", "foreseen", "latents", "encoded"};

}  // namespace

std::string_view ranker_name(Ranker ranker) {
  return kRankers[static_cast<std::size_t>(ranker)];
}

std::optional<Ranker> ranker_from_name(std::string_view name) {
  const auto* found = std::find(kRankers.begin(), kRankers.end(), name);
  if (found == kRankers.end()) return std::nullopt;
  return static_cast<Ranker>(found - kRankers.begin());
}

std::vector<std::string> ranker_names() {
  return {kRankers.begin(), kRankers.end()};
}

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

double WorldModelEvaluator::share_of_trees() const {
  if (!has_head()) return 1;
  return ranker_ == Ranker::kMean ? 0.5 : 0;
}

TreeEvaluator::Features WorldModelEvaluator::describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                                                      const Machine& machine) const {
  const bool encoded = ranker_ == Ranker::kEncodedTrees;
  std::vector<float> actions;
  PackedRows rows = program_rows(task, trajectories, machine, encoded ? nullptr : &actions);
  Features features;
  features.log_estimate.assign(trajectories.size(), 0);
  features.legal.assign(trajectories.size(), 1);
  const std::vector<float> latents =
      encoded ? encoded_latents(task, trajectories, features.legal) : foreseen_latents(task, trajectories, actions);
  if (has_head()) {
    features.points = model_->value.features(latents);
    const std::vector<float> times = model_->value.log_times(features.points);
    features.log_estimate.assign(times.begin(), times.end());
  }
  if (latent_columns() == 0) {
    features.rows = std::move(rows);
    return features;
  }
  const std::size_t stride = encoded ? model_->encoder.latent_width() : model_->transition.latent_width();
  const std::size_t first = rows.columns - row_columns();
  features.rows = {.columns = columns(), .counts = std::move(rows.counts)};
  features.rows.values.reserve(trajectories.size() * columns());
  const auto append = [&](std::span<const float> values) {
    features.rows.values.insert(features.rows.values.end(), values.begin(), values.end());
  };
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    append(std::span(rows.values).subspan(i * rows.columns + first, row_columns()));
    append(std::span(latents).subspan(i * stride, latent_columns()));
  }
  return features;
}

bool WorldModelEvaluator::has_head() const {
  return ranker_ == Ranker::kMean || ranker_ == Ranker::kHead;
}

std::size_t WorldModelEvaluator::point_columns() const {
  return has_head() ? model_->value.feature_width() : 0;
}

std::size_t WorldModelEvaluator::row_columns() const {
  return ranker_ == Ranker::kLatentTrees ? context_columns() : program_row_columns();
}

std::size_t WorldModelEvaluator::latent_columns() const {
  if (has_head()) return 0;
  return ranker_ == Ranker::kLatentTrees ? model_->transition.latent_width() : model_->encoder.latent_width();
}

std::size_t WorldModelEvaluator::columns() const {
  return row_columns() + latent_columns();
}

}  // namespace tilecast
