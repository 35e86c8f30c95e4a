#include "measure/timing.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tilecast {
namespace {

// A clock that is told what calls cost; remembers how many were made at once.
struct Clock {
  double seconds = 1e-3;  // a call
  std::vector<int> groups;
  double operator()(int calls) {
    groups.push_back(calls);
    return seconds * calls;
  }
  Timing measure(double first, const TimingOptions& options) {
    return measure_time([this](int calls) { return (*this)(calls); }, first, options);
  }
};

TEST(Timing, LongCallsAreSamplesOfTheirOwn) {
  Clock clock{.seconds = 0.004};
  const Timing timing = clock.measure(0.004, {.min_samples = 5});
  EXPECT_EQ(timing.samples, std::vector<double>(5, 0.004)) << "steady from the first on";
  EXPECT_EQ(clock.groups, std::vector<int>(5, 1));
  EXPECT_FALSE(timing.cut_short);
}

TEST(Timing, ShortCallsAreGrouped) {
  Clock clock{.seconds = 1e-5};
  const Timing timing = clock.measure(1e-4, {.min_samples = 3, .min_sample_seconds = 1e-3});
  ASSERT_EQ(clock.groups.size(), 4U);
  EXPECT_NEAR(clock.groups[0], 10, 1) << "by the first call, to warm up";
  EXPECT_NEAR(clock.groups[1], 100, 1) << "by what was seen since";
  ASSERT_EQ(timing.samples.size(), 3U);
  for (const double sample : timing.samples) EXPECT_NEAR(sample, 1e-5, 1e-12);
}

TEST(Timing, NoisyCallsAreRepeatedUntilTheBudgetIsSpent) {
  int call = 0;
  const auto noisy = [&](int) { return 0.01 + 0.005 * (call++ % 3); };
  const Timing timing = measure_time(noisy, 0.01, {.min_samples = 5, .budget_seconds = 0.3});
  const double spent = std::accumulate(timing.samples.begin(), timing.samples.end(), 0.0);
  EXPECT_GT(spent, 0.3);
  EXPECT_LT(spent, 0.325);
  call = 0;
  EXPECT_EQ(measure_time(noisy, 0.01, {.max_samples = 7, .budget_seconds = 9}).samples.size(), 7U);
}

TEST(Timing, TheLeastSamplesAreTakenWhateverTheyCost) {
  Clock clock{.seconds = 10};
  EXPECT_EQ(clock.measure(10, {.min_samples = 4, .budget_seconds = 0.1, .steady = 0}).samples.size(), 4U);
}

TEST(Timing, FewerSamplesOfLongCalls) {
  const TimingOptions options{.long_call_seconds = 0.05, .long_call_samples = 2};
  EXPECT_EQ(Clock{.seconds = 0.06}.measure(0.06, options).samples.size(), 2U);
  EXPECT_EQ(Clock{.seconds = 0.04}.measure(0.04, options).samples.size(), 5U);
  EXPECT_EQ(Clock{.seconds = 1e-5}.measure(0.06, options).samples.size(), 5U) << "only the first one was long";
}

TEST(Timing, LosersAreCutShort) {
  Clock slow{.seconds = 0.05};
  const Timing lost = slow.measure(0.05, {.give_up_seconds = 0.02});
  EXPECT_TRUE(lost.cut_short);
  EXPECT_EQ(lost.samples.size(), 2U);
  Clock fast{.seconds = 0.01};
  EXPECT_FALSE(fast.measure(0.05, {.give_up_seconds = 0.02}).cut_short) << "only the first call was slow";
}

}  // namespace
}  // namespace tilecast
