// Times something short on a noisy machine: warm-up, calls grouped into samples, samples until their median is steady.
#pragma once

#include <functional>
#include <limits>
#include <vector>

namespace tilecast {

struct TimingOptions {
  int min_samples = 5;
  int max_samples = 100;
  double min_sample_seconds = 1e-3;  // short calls are repeated within a sample
  double budget_seconds = 0.25;  // of all samples together; min_samples are taken whatever they cost, unless cut short
  // Of a call that takes longer than this, fewer samples are the least; infinity: of none.
  double long_call_seconds = std::numeric_limits<double>::infinity();
  int long_call_samples = 2;
  double steady = 0.01;  // relative error of the median at which sampling ends
  // Stops after two samples when both are slower than this; infinity: never.
  double give_up_seconds = std::numeric_limits<double>::infinity();
};

struct Timing {
  std::vector<double> samples;  // seconds a call
  bool cut_short = false;
};

// `run(n)` makes n calls and returns the seconds that they took together; `first_seconds` is what one call took before.
Timing measure_time(const std::function<double(int)>& run, double first_seconds, const TimingOptions& options);

}  // namespace tilecast
