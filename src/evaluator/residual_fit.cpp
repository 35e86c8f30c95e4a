#include "evaluator/residual_fit.h"

#include <algorithm>
#include <numeric>

#include "worldmodel/time_weight.h"

namespace tilecast {
namespace {

// The expected slope is believed as if it had been seen in this many records with a variance of 1.
constexpr double kSlopeTrust = 10;

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// What an estimate of this slope leaves of each program's time.
std::vector<double> residuals(const MeasuredPrograms& group, double slope) {
  std::vector<double> left(group.log_seconds.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = group.log_seconds[i] - group.log_known[i] - slope * group.log_estimate[i];
  }
  return left;
}

}  // namespace

double fit_slope(std::span<const MeasuredPrograms* const> groups, double expected) {
  double xy = kSlopeTrust * expected;
  double xx = kSlopeTrust;
  for (const MeasuredPrograms* group : groups) {
    if (group->log_seconds.empty()) continue;
    const std::vector<double> y = residuals(*group, 0);
    const double x0 = mean(group->log_estimate);
    const double y0 = mean(y);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double x = group->log_estimate[i] - x0;
      xy += x * (y[i] - y0);
      xx += x * x;
    }
  }
  return std::clamp(xy / xx, 0.0, 2.0);
}

Result<PackedTrees> fit_residuals(std::span<const MeasuredPrograms* const> groups, double slope,
                                  const TreeOptions& options) {
  PackedRows rows;
  std::vector<float> targets;
  std::vector<float> weights;
  for (const MeasuredPrograms* group : groups) {
    if (group->log_seconds.empty()) continue;
    rows.columns = group->rows.columns;
    rows.values.insert(rows.values.end(), group->rows.values.begin(), group->rows.values.end());
    rows.counts.insert(rows.counts.end(), group->rows.counts.begin(), group->rows.counts.end());
    const std::vector<double> left = residuals(*group, slope);
    const double offset = mean(left);
    const double best = *std::min_element(group->log_seconds.begin(), group->log_seconds.end());
    for (std::size_t i = 0; i < left.size(); ++i) {
      targets.push_back(static_cast<float>(left[i] - offset));
      weights.push_back(static_cast<float>(time_weight(group->log_seconds[i], best)));
    }
  }
  return PackedTrees::train(rows, targets, weights, options);
}

}  // namespace tilecast
