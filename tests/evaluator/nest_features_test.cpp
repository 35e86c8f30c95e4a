#include "evaluator/nest_features.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../schedule/test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

// Where the groups of features begin.
constexpr std::size_t kAnnotations = 13;
constexpr std::size_t kBuffers = kAnnotations + 12;
constexpr std::size_t kBuffer = 14;
constexpr std::size_t kAllocation = kBuffers + kBuffersInFeatures * kBuffer + kIntensityPoints;
constexpr std::size_t kOuter = kAllocation + 3;
constexpr std::size_t kAnalytic = kOuter + 4;

float compressed(double x) {
  return static_cast<float>(std::log2(1 + x));
}

std::vector<float> features(const State& state, const Name& stage, const StatementCost& cost = {}) {
  NestAnalyzer analyzer;
  for (const StatementNest& nest : analyzer.analyze(state)) {
    if (nest.state->name() != stage) continue;
    std::vector<float> row;
    append_features(nest, cost, Hardware{}, row);
    return row;
  }
  throw std::logic_error("no nest of stage " + stage.str());
}

std::vector<float> part(const std::vector<float>& row, std::size_t begin, std::size_t count) {
  const auto first = row.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

TEST(NestFeatures, AreAppended) {
  const State state = product_state(8, 4, 12);
  NestAnalyzer analyzer;
  std::vector<float> rows = {-7};
  for (const StatementNest& nest : analyzer.analyze(state)) append_features(nest, {}, Hardware{}, rows);
  EXPECT_EQ(rows.size(), 1 + 2 * kFeatureCount);
  EXPECT_EQ(rows[0], -7);
}

TEST(NestFeatures, CountOperationsOfAllIterations) {
  const std::vector<float> row = features(product_state(8, 4, 12), "product");
  EXPECT_EQ(row[0], compressed(384)) << "additions";
  EXPECT_EQ(row[1], compressed(384)) << "products";
  EXPECT_EQ(row[3], 0) << "divisions";
  EXPECT_EQ(row[12], compressed(2 * 384)) << "loads";
}

// Of each annotation: product of extents, number of loops, innermost extent, and how many loops are inside of it.
TEST(NestFeatures, ShowAnnotations) {
  const State state = scheduled(product_state(8, 4, 12),
                                {Reorder{"product", {"k", "n"}}, Vectorize{"product", "n"}, Parallel{"product", "m"}});
  const std::vector<float> row = features(state, "product");
  EXPECT_EQ(part(row, kAnnotations, 4), (std::vector<float>{compressed(8), 1, compressed(8), 0}));
  EXPECT_EQ(part(row, kAnnotations + 4, 4), (std::vector<float>{compressed(1), 0, 0, -1})) << "nothing is unrolled";
  EXPECT_EQ(part(row, kAnnotations + 8, 4), (std::vector<float>{compressed(4), 1, compressed(4), 2}));
}

TEST(NestFeatures, BuffersBeginWithTheWriteThenTheLargestRead) {
  const std::vector<float> row = features(product_state(8, 4, 12), "product");
  const auto bytes = [&](std::size_t buffer) { return row[kBuffers + buffer * kBuffer + 2]; };
  EXPECT_EQ(row[kBuffers], 1) << "the write";
  EXPECT_EQ(row[kBuffers + kBuffer], 0);
  EXPECT_EQ(bytes(0), compressed(4 * 8 * 4));
  EXPECT_EQ(bytes(1), compressed(4 * 8 * 12)) << "b";
  EXPECT_EQ(bytes(2), compressed(4 * 4 * 12)) << "a";
  EXPECT_EQ(part(row, kBuffers + 3 * kBuffer, 2 * kBuffer), std::vector<float>(2 * kBuffer, 0)) << "no more buffers";
}

TEST(NestFeatures, StrideIsThatOfTheInnermostLoop) {
  const std::size_t stride = kBuffers + kBuffer + 12;  // of b
  const State state = product_state(8, 4, 12);
  EXPECT_EQ(features(state, "product")[stride], compressed(8)) << "k steps over rows";
  const State inner = scheduled(state, {Reorder{"product", {"k", "n"}}});
  EXPECT_EQ(features(inner, "product")[stride], compressed(1)) << "n is contiguous";
}

TEST(NestFeatures, ShowWhereAStageIsComputed) {
  const State root = product_state(8, 4, 12);
  const std::vector<float> own = features(root, "product");
  EXPECT_EQ(part(own, kAllocation, 3), (std::vector<float>{compressed(4 * 8 * 4), compressed(1), 0}));
  EXPECT_EQ(part(own, kOuter, 4), (std::vector<float>{3, 0, compressed(384), compressed(384)}));
  const State inside = scheduled(root, {ComputeAt{"product", "relu", "m"}, StoreIn{"product", Storage::kStack}});
  const std::vector<float> hosted = features(inside, "product");
  EXPECT_EQ(part(hosted, kAllocation, 3), (std::vector<float>{compressed(4 * 8), compressed(4), 2}));
  EXPECT_EQ(part(hosted, kOuter, 4), (std::vector<float>{4, 1, compressed(384), compressed(384)}));
}

TEST(NestFeatures, EndWithTheAnalyticModel) {
  StatementCost cost;
  cost.compute = 10;
  cost.traffic[0] = 20;
  cost.traffic[1] = 30;
  cost.traffic[2] = 40;
  cost.overhead = 50;
  cost.register_vectors = 6;
  cost.balance = 0.75;
  cost.redundancy = 1.5;
  const std::vector<float> row = features(product_state(8, 4, 12), "product", cost);
  EXPECT_EQ(part(row, kAnalytic, 9),
            (std::vector<float>{compressed(10), compressed(20), compressed(30), compressed(40), compressed(50),
                                compressed(6), 0.75F, 1.5F, compressed(cost.total())}));
  EXPECT_EQ(row.size(), kAnalytic + 9);
}

}  // namespace
}  // namespace tilecast
