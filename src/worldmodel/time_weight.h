// How much programs count for what learns their times.
#pragma once

#include <algorithm>
#include <cmath>

namespace tilecast {

// Fast programs weigh most: one that takes twice as long as its task's fastest weighs half, none less than a tenth.
// Both times as logarithms to base 2.
inline double time_weight(double log_seconds, double log_fastest) {
  constexpr double kLeastWeight = 0.1;
  return std::max(kLeastWeight, std::exp2(log_fastest - log_seconds));
}

}  // namespace tilecast
