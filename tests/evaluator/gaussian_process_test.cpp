#include "evaluator/gaussian_process.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace tilecast {
namespace {

constexpr GaussianKernel kKernel{.length = 0.5, .deviation = 2, .noise = 0.01};

// One observation: what it says of another point falls with the root mean square of the difference.
TEST(GaussianProcess, KnowsLessFartherAway) {
  const GaussianProcess process(2, kKernel, std::vector<float>{0, 0}, std::vector<double>{1});
  const double gained = 4 * std::exp(-1) * 4 / (4 + kKernel.noise * kKernel.noise);
  EXPECT_NEAR(process.predict(std::vector<float>{0.5, -0.5}).deviations.front(), std::sqrt(4 - gained), 1e-6);
}

TEST(GaussianProcess, KnowsWhatItSawAndFallsBackToTheMeanFarAway) {
  const GaussianProcess process(1, kKernel, std::vector<float>{0, 10}, std::vector<double>{1, 3});
  const auto [mean, deviation] = process.predict(std::vector<float>{0, 10, 100});
  EXPECT_NEAR(mean[0], 1, 1e-3);
  EXPECT_NEAR(mean[1], 3, 1e-3);
  EXPECT_NEAR(mean[2], 2, 1e-9);
  EXPECT_NEAR(deviation[0], kKernel.noise, 1e-3);
  EXPECT_NEAR(deviation[2], kKernel.deviation, 1e-9);
}

TEST(GaussianProcess, ManyObservationsOfOnePlaceCountAsOne) {
  const std::vector<float> points{0, 0, 0, 0, 10};
  const GaussianProcess process(1, kKernel, points, std::vector<double>{1, 1, 1, 1, 3});
  EXPECT_NEAR(process.predict(std::vector<float>{-100}).means.front(), 2, 1e-3);
}

// The textbook's formulas for two observations and one other point, written out.
TEST(GaussianProcess, AgreesWithTheFormulasForTwoObservations) {
  const GaussianKernel kernel{.length = 1, .deviation = 1, .noise = 0.5};
  const GaussianProcess process(1, kernel, std::vector<float>{0, 1}, std::vector<double>{-1, 2});
  const double k01 = std::exp(-0.5);
  const double ka = std::exp(-0.5 * 0.25);  // 0.5 from both
  const double diagonal = 1.25;
  const double determinant = diagonal * diagonal - k01 * k01;
  // By symmetry the offset is the plain mean, and the point in the middle expects it.
  const auto [mean, deviation] = process.predict(std::vector<float>{0.5F});
  EXPECT_NEAR(mean[0], 0.5, 1e-12);
  const double gained = 2 * (diagonal * ka * ka - k01 * ka * ka) / determinant;
  EXPECT_NEAR(deviation[0], std::sqrt(1 - gained), 1e-9);
}

// Noisy samples of a smooth function: it recovers the function, and errs by about what it says.
TEST(GaussianProcess, RecoversAFunctionFromNoisySamples) {
  const std::uint64_t seed = 5;
  SCOPED_TRACE(seed);
  Random random(seed);
  const GaussianKernel kernel{.length = 0.7, .deviation = 1, .noise = 0.1};
  std::vector<float> points;
  std::vector<double> values;
  for (int i = 0; i < 80; ++i) {
    const double x = 6 * random.uniform();
    points.push_back(static_cast<float>(x));
    values.push_back(std::sin(x) + kernel.noise * random.normal());
  }
  const GaussianProcess process(1, kernel, points, values);
  for (double x = 0.5; x < 5.5; x += 0.25) {
    const auto [mean, deviation] = process.predict(std::vector<float>{static_cast<float>(x)});
    EXPECT_NEAR(mean[0], std::sin(x), 0.12);
    EXPECT_LT(deviation[0], 0.12);
  }
}

}  // namespace
}  // namespace tilecast
