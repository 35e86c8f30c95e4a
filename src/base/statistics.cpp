#include "base/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

namespace tilecast {
namespace {

// From 0; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end - 1) / 2;
    for (; begin < end; ++begin) result[order[begin]] = rank;
  }
  return result;
}

}  // namespace

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

float log_count(double count) {
  return static_cast<float>(std::log2(1 + std::max(count, 0.0)));
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  const std::vector<double> x = ranks(a);
  const std::vector<double> y = ranks(b);
  const double center = (static_cast<double>(x.size()) - 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - center) * (y[i] - center);
    xx += (x[i] - center) * (x[i] - center);
    yy += (y[i] - center) * (y[i] - center);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

}  // namespace tilecast
