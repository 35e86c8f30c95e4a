#include "evaluator/static_evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evaluator/nest_features.h"
#include "evaluator/parallel_ranges.h"

namespace tilecast {
namespace {

constexpr std::size_t kFewestRecords = 8;  // before the trees are trusted with anything
constexpr std::size_t kGrain = 32;
// The analytic slope is believed as if it had been seen in this many records with a variance of 1.
constexpr double kSlopeTrust = 10;
constexpr double kLeastWeight = 0.1;

void append_program(PackedRows& to, std::span<const float> values, std::uint32_t count) {
  to.values.insert(to.values.end(), values.begin(), values.end());
  to.counts.push_back(count);
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

StaticEvaluator::Features StaticEvaluator::extract_range(const TaskContext& task,
                                                         std::span<const Trajectory> trajectories) const {
  Features features;
  features.rows.columns = kFeatureCount;
  NestAnalyzer analyzer;
  for (const Trajectory& trajectory : trajectories) {
    const auto state = replay(task.initial, trajectory);
    features.legal.push_back(state.ok() ? 1 : 0);
    if (!state.ok()) {
      features.rows.counts.push_back(0);
      features.log_cycles.push_back(0);
      continue;
    }
    const auto nests = analyzer.analyze(*state);
    double cycles = 0;
    for (const StatementNest& nest : nests) {
      const StatementCost cost = estimate_cost(nest, hardware_, code_threads_);
      append_features(nest, cost, hardware_, features.rows.values);
      cycles += cost.total();
    }
    features.rows.counts.push_back(static_cast<std::uint32_t>(nests.size()));
    features.log_cycles.push_back(std::log2(std::max(cycles, 1.0)));
  }
  return features;
}

StaticEvaluator::Features StaticEvaluator::extract(const TaskContext& task,
                                                   std::span<const Trajectory> trajectories) const {
  const std::size_t chunks = (trajectories.size() + kGrain - 1) / kGrain;
  std::vector<Features> parts(chunks);
  parallel_ranges(chunks, threads_, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t first = c * kGrain;
      parts[c] = extract_range(task, trajectories.subspan(first, std::min(kGrain, trajectories.size() - first)));
    }
  });
  Features all;
  all.rows.columns = kFeatureCount;
  for (const Features& part : parts) {
    all.rows.values.insert(all.rows.values.end(), part.rows.values.begin(), part.rows.values.end());
    all.rows.counts.insert(all.rows.counts.end(), part.rows.counts.begin(), part.rows.counts.end());
    all.log_cycles.insert(all.log_cycles.end(), part.log_cycles.begin(), part.log_cycles.end());
    all.legal.insert(all.legal.end(), part.legal.begin(), part.legal.end());
  }
  return all;
}

std::vector<double> StaticEvaluator::score(const TaskContext& task, std::span<const Trajectory> trajectories) const {
  if (trajectories.empty()) return {};
  const Features features = extract(task, trajectories);
  std::vector<float> residuals(trajectories.size(), 0);
  if (trees_ && features.rows.rows() > 0) residuals = trees_->predict(features.rows);
  std::vector<double> scores(trajectories.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = features.legal[i] != 0 ? -(slope_ * features.log_cycles[i] + static_cast<double>(residuals[i]))
                                       : -std::numeric_limits<double>::infinity();
  }
  return scores;
}

void StaticEvaluator::update(const TaskContext& task, std::span<const MeasureRecord> records) {
  std::vector<Trajectory> trajectories;
  std::vector<double> log_seconds;
  for (const MeasureRecord& record : records) {
    if (!record.ok()) continue;
    trajectories.push_back(record.trajectory);
    log_seconds.push_back(std::log2(record.seconds()));
  }
  const Features features = extract(task, trajectories);
  Measured& measured = measured_[task.task.key];
  measured.rows.columns = kFeatureCount;
  std::size_t row = 0;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const std::uint32_t count = features.rows.counts[i];
    if (features.legal[i] != 0) {
      append_program(measured.rows, std::span(features.rows.values).subspan(row * kFeatureCount, count * kFeatureCount),
                     count);
      measured.log_cycles.push_back(features.log_cycles[i]);
      measured.log_seconds.push_back(log_seconds[i]);
    }
    row += count;
  }
  train();
}

void StaticEvaluator::train() {
  // How strongly time follows the estimate, within tasks: a ridge regression towards 1.
  double xy = kSlopeTrust;
  double xx = kSlopeTrust;
  std::size_t count = 0;
  for (const auto& [key, m] : measured_) {
    if (m.log_seconds.empty()) continue;
    const double x0 = mean(m.log_cycles);
    const double y0 = mean(m.log_seconds);
    for (std::size_t i = 0; i < m.log_seconds.size(); ++i) {
      xy += (m.log_cycles[i] - x0) * (m.log_seconds[i] - y0);
      xx += (m.log_cycles[i] - x0) * (m.log_cycles[i] - x0);
    }
    count += m.log_seconds.size();
  }
  slope_ = std::clamp(xy / xx, 0.0, 2.0);
  if (count < kFewestRecords) return;

  PackedRows rows{.columns = kFeatureCount};
  std::vector<float> targets;
  std::vector<float> weights;
  for (const auto& [key, m] : measured_) {
    if (m.log_seconds.empty()) continue;
    rows.values.insert(rows.values.end(), m.rows.values.begin(), m.rows.values.end());
    rows.counts.insert(rows.counts.end(), m.rows.counts.begin(), m.rows.counts.end());
    // Only differences within a task count: each task's residuals are taken from their mean.
    const double offset = mean(m.log_seconds) - slope_ * mean(m.log_cycles);
    const double best = *std::min_element(m.log_seconds.begin(), m.log_seconds.end());
    for (std::size_t i = 0; i < m.log_seconds.size(); ++i) {
      targets.push_back(static_cast<float>(m.log_seconds[i] - slope_ * m.log_cycles[i] - offset));
      weights.push_back(static_cast<float>(std::max(kLeastWeight, std::exp2(best - m.log_seconds[i]))));
    }
  }
  auto trained = PackedTrees::train(rows, targets, weights, {.threads = threads_});
  // Without trees the estimate still ranks.
  if (trained.ok()) trees_ = *std::move(trained);
}

}  // namespace tilecast
