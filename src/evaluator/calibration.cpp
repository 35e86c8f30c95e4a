#include "evaluator/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tilecast {
namespace {

std::size_t range_of(double difference) {
  const auto* above = std::upper_bound(kDifferenceBounds.begin(), kDifferenceBounds.end(), difference);
  return static_cast<std::size_t>(above - kDifferenceBounds.begin()) - 1;
}

}  // namespace

std::string difference_range_text(std::size_t range) {
  if (range + 1 == kDifferenceBounds.size()) return fmt::format("{}+", kDifferenceBounds[range]);
  return fmt::format("{}-{}", kDifferenceBounds[range], kDifferenceBounds[range + 1]);
}

void PairCalibration::add(double predicted, double measured) {
  ++pairs_;
  // The order of equal scores is chance: over both orders nothing is measured.
  if (predicted <= 0) return;
  right_ += measured > 0 ? 1 : 0;
  predicted_ += predicted;
  measured_ += measured;
  products_ += predicted * measured;
  squares_ += predicted * predicted;
}

void PairCalibration::add(const PairCalibration& other) {
  pairs_ += other.pairs_;
  right_ += other.right_;
  predicted_ += other.predicted_;
  measured_ += other.measured_;
  products_ += other.products_;
  squares_ += other.squares_;
}

void Calibration::add(std::span<const double> scores, std::span<const double> seconds) {
  assert(scores.size() == seconds.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!std::isfinite(scores[i]) || !std::isfinite(scores[j])) continue;
      const double difference = scores[i] - scores[j];
      const double measured = std::log2(seconds[j] / seconds[i]);
      by_difference_[range_of(std::abs(difference))].add(std::abs(difference), difference > 0 ? measured : -measured);
    }
  }
}

PairCalibration Calibration::all() const {
  PairCalibration sum;
  for (const PairCalibration& pairs : by_difference_) sum.add(pairs);
  return sum;
}

}  // namespace tilecast
