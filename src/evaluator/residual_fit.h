// What a static judge learns: how strongly time follows an estimate, and trees for what the estimate leaves
// unexplained. Only differences within one task on one machine count; times of two tasks never compare.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "evaluator/packed_trees.h"

namespace tilecast {

// Programs of one task, measured on one machine. All logarithms are to base 2.
struct MeasuredPrograms {
  PackedRows rows;
  std::vector<double> log_estimate;  // of each program's time, in any unit
  std::vector<double> log_known;     // what else is known of its time before this fit
  std::vector<double> log_seconds;
  std::vector<float> points;  // where the programs are to a Gaussian process, one row a program; empty for trees
};

// The slope of log_seconds - log_known over log_estimate within groups: ridge regression towards `expected`, in [0, 2].
double fit_slope(std::span<const MeasuredPrograms* const> groups, double expected);

// Trees for log_seconds - slope x log_estimate - log_known, each group's mean removed. Each program counts by its
// time_weight. Fails only inside XGBoost.
Result<PackedTrees> fit_residuals(std::span<const MeasuredPrograms* const> groups, double slope,
                                  const TreeOptions& options);

}  // namespace tilecast
