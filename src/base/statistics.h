// Small statistics of timings and scores.
#pragma once

#include <span>

namespace tilecast {

// The middle value, or the mean of the two in the middle. `values` must not be empty.
double median(std::span<const double> values);

// The standard error of the median relative to the median, estimated from the median absolute deviation, so that a few
// disturbed samples do not count. 0 for fewer than two values or a median of 0.
double relative_error_of_median(std::span<const double> values);

// Of positive values; `values` must not be empty.
double geometric_mean(std::span<const double> values);

// log2(1 + count), 0 for negative counts: how features give numbers that range over many magnitudes.
float log_count(double count);

// Spearman's rank correlation of two sequences of the same length, in [-1, 1]; equal values share their mean rank. 0
// when either has one value only.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace tilecast
