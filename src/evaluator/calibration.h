// Whether differences of scores are as large as those of times. A score is minus log2 of a predicted time up to a
// constant of the task: of two programs of one task, the difference of scores predicts the log2 of how many times
// faster one is than the other.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace tilecast {

// Bounds of predicted differences, in log2, that are counted together: [0, 0.25), [0.25, 0.5), …, [2, without end).
inline constexpr std::array<double, 5> kDifferenceBounds = {0, 0.25, 0.5, 1, 2};
// "0.25-0.5", or "2+" for the last.
std::string difference_range_text(std::size_t range);

// Pairs of programs of one task each. All means are 0 where there is no pair.
class PairCalibration {
 public:
  // `predicted`: the difference of scores, not negative. `measured`: log2 of the time of the program with the lower
  // score over that of the other; of equal scores, which is which does not count.
  void add(double predicted, double measured);
  void add(const PairCalibration& other);

  std::size_t pairs() const { return pairs_; }
  // The share of pairs in which the program with the higher score is the faster one; equal scores or times are none.
  double right() const { return mean(static_cast<double>(right_)); }
  // Means of both differences.
  double predicted() const { return mean(predicted_); }
  double measured() const { return mean(measured_); }
  // Of the line through the origin that fits measured differences best by squared error: 1 where scores are calibrated,
  // below 1 where their differences are too large. 0 where no score differs.
  double slope() const { return squares_ > 0 ? products_ / squares_ : 0; }

 private:
  double mean(double sum) const { return pairs_ == 0 ? 0 : sum / static_cast<double>(pairs_); }

  std::size_t pairs_ = 0;
  std::size_t right_ = 0;
  double predicted_ = 0;  // sums
  double measured_ = 0;
  double products_ = 0;  // of predicted and measured
  double squares_ = 0;   // of predicted
};

class Calibration {
 public:
  // All pairs of one task's programs. Pairs with a program that was judged illegal (a score without end) are left out.
  void add(std::span<const double> scores, std::span<const double> seconds);

  // As kDifferenceBounds.
  const std::array<PairCalibration, kDifferenceBounds.size()>& by_difference() const { return by_difference_; }
  PairCalibration all() const;

 private:
  std::array<PairCalibration, kDifferenceBounds.size()> by_difference_{};
};

}  // namespace tilecast
