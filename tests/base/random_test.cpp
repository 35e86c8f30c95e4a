#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace tilecast {
namespace {

constexpr std::uint64_t kSeed = 20260101;

TEST(Random, SameSeedSameNumbers) {
  Random a(kSeed);
  Random b(kSeed);
  Random other(kSeed + 1);
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t value = a.next();
    EXPECT_EQ(value, b.next());
    equal += value == other.next() ? 1 : 0;
  }
  EXPECT_EQ(equal, 0);
}

TEST(Random, ForksOfDifferentPurposeDiffer) {
  Random base(kSeed);
  Random copy(kSeed);
  Random a = base.fork("inputs");
  Random b = copy.fork("points");
  EXPECT_NE(a.next(), b.next());
}

TEST(Random, BelowCoversItsRangeEvenly) {
  Random random(kSeed);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts.at(random.below(7));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, UniformAndNormalHaveTheirMoments) {
  Random random(kSeed);
  double uniform_sum = 0;
  double normal_sum = 0;
  double normal_squares = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    uniform_sum += u;
    const double n = random.normal();
    normal_sum += n;
    normal_squares += n * n;
  }
  EXPECT_NEAR(uniform_sum / kCount, 0.5, 0.01);
  EXPECT_NEAR(normal_sum / kCount, 0.0, 0.02);
  EXPECT_NEAR(normal_squares / kCount, 1.0, 0.03);
}

TEST(Random, WeightedFollowsItsWeights) {
  Random random(kSeed);
  const std::vector<double> weights{0, 1, 3};
  std::array<int, 3> counts{};
  for (int i = 0; i < 40'000; ++i) ++counts.at(random.weighted(weights));
  EXPECT_EQ(counts[0], 0);
  EXPECT_NEAR(counts[1], 10'000, 600);
  EXPECT_NEAR(counts[2], 30'000, 600);
}

}  // namespace
}  // namespace tilecast
