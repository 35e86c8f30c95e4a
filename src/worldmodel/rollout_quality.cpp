#include "worldmodel/rollout_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/statistics.h"

namespace tilecast {
namespace {

// Fewer than one step counts as one.
std::size_t range_of(std::size_t steps) {
  std::size_t range = 0;
  while (steps > kStepRanges[range].last) ++range;
  return range;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

// 0 where either has no direction.
double cosine_of(std::span<const float> a, std::span<const float> b) {
  const double lengths = std::sqrt(dot(a, a) * dot(b, b));
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

double error_of(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(a.size());
}

}  // namespace

std::string to_text(const StepRange& range) {
  if (range.last == kNoLastStep) return fmt::format("{}+", range.first);
  return range.first == range.last ? fmt::format("{}", range.first) : fmt::format("{}-{}", range.first, range.last);
}

void LatentQuality::add(std::span<const float> foreseen, std::span<const float> encoded,
                        std::span<const float> initial) {
  ++states_;
  cosine_ += cosine_of(foreseen, encoded);
  error_ += error_of(foreseen, encoded);
  unchanged_cosine_ += cosine_of(initial, encoded);
  unchanged_error_ += error_of(initial, encoded);
}

void LatentQuality::add(const LatentQuality& other) {
  states_ += other.states_;
  cosine_ += other.cosine_;
  error_ += other.error_;
  unchanged_cosine_ += other.unchanged_cosine_;
  unchanged_error_ += other.unchanged_error_;
}

void RolloutQuality::add(std::span<const float> foreseen, std::span<const float> encoded, std::size_t width) {
  assert(width > 0 && foreseen.size() == encoded.size());
  for (std::size_t step = 1; step < encoded.size() / width; ++step) {
    by_steps_[range_of(step)].add(foreseen.subspan(step * width, width), encoded.subspan(step * width, width),
                                  encoded.first(width));
  }
}

LatentQuality RolloutQuality::all() const {
  LatentQuality sum;
  for (const LatentQuality& quality : by_steps_) sum.add(quality);
  return sum;
}

void ScoreAgreement::add(std::span<const double> scores, std::span<const double> others) {
  if (scores.size() < kFewestPrograms) return;
  ++tasks_;
  correlation_ += rank_correlation(scores, others);
}

void ScoreAgreement::add(const ScoreAgreement& other) {
  tasks_ += other.tasks_;
  correlation_ += other.correlation_;
}

void AgreementByLength::add(std::span<const double> scores, std::span<const double> others, double mean_length) {
  by_length_[range_of(static_cast<std::size_t>(std::lround(mean_length)))].add(scores, others);
}

ScoreAgreement AgreementByLength::all() const {
  ScoreAgreement sum;
  for (const ScoreAgreement& agreement : by_length_) sum.add(agreement);
  return sum;
}

}  // namespace tilecast
