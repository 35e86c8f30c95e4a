#include "measure/timing.h"

#include <algorithm>
#include <cmath>

#include "base/statistics.h"

namespace tilecast {

Timing measure_time(const std::function<double(int)>& run, double first_seconds, const TimingOptions& options) {
  const auto calls_for = [&](double seconds_a_call) {
    return std::clamp(static_cast<int>(std::ceil(options.min_sample_seconds / std::max(seconds_a_call, 1e-9))), 1,
                      100000);
  };
  // The first call pays for page faults and cold caches. What a call costs is known better after one more group.
  int calls = calls_for(first_seconds);
  double spent = 0;
  if (first_seconds < options.min_sample_seconds) {
    const double warm = run(calls);
    spent += warm;
    calls = calls_for(warm / calls);
  }
  Timing timing;
  for (int i = 0; i < options.max_samples; ++i) {
    const double seconds = run(calls);
    spent += seconds;
    timing.samples.push_back(seconds / calls);
    const int count = i + 1;
    if (count == 2 && std::min(timing.samples[0], timing.samples[1]) > options.give_up_seconds) {
      timing.cut_short = true;
      break;
    }
    if (count < (seconds / calls > options.long_call_seconds ? options.long_call_samples : options.min_samples))
      continue;
    if (relative_error_of_median(timing.samples) < options.steady || spent > options.budget_seconds) break;
  }
  return timing;
}

}  // namespace tilecast
