#include "base/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace tilecast {

double median(std::span<const double> values) {
  assert(!values.empty());
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  if (sorted.size() % 2 == 1) return *middle;
  return (*std::max_element(sorted.begin(), middle) + *middle) / 2;
}

double relative_error_of_median(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double center = median(values);
  if (center == 0) return 0;
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) deviations.push_back(std::abs(value - center));
  // Of normal samples: sigma is 1.4826 times the median absolute deviation, and the median's error sqrt(pi/2) times the
  // mean's.
  constexpr double kErrorPerDeviation = 1.4826 * 1.2533;
  return kErrorPerDeviation * median(deviations) / std::sqrt(static_cast<double>(values.size())) / std::abs(center);
}

double geometric_mean(std::span<const double> values) {
  assert(!values.empty());
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

}  // namespace tilecast
