// The estimate need not be right, but it must know which of two schedules is better where that is plain.
#include "evaluator/analytic_model.h"

#include <gtest/gtest.h>

#include "../schedule/test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

StatementCost cost_of(const State& state, const Name& stage, int threads = 1) {
  Hardware hardware;
  hardware.vector_bytes = 64;
  hardware.vector_registers = 32;
  NestAnalyzer analyzer;
  for (const StatementNest& nest : analyzer.analyze(state)) {
    if (nest.state->name() == stage) return estimate_cost(nest, hardware, threads);
  }
  throw std::logic_error("no nest of stage " + stage.str());
}

StatementCost product_cost(const Trajectory& trajectory, int threads = 1) {
  return cost_of(scheduled(product_state(64, 64, 64), trajectory), "product", threads);
}

const Trajectory kVectors = {Reorder{"product", {"k", "n"}}, Vectorize{"product", "n"}};

TEST(AnalyticModel, VectorsAreFasterThanScalars) {
  EXPECT_LT(4 * product_cost(kVectors).compute, product_cost({}).compute);
}

// m in tiles of `rows`, each with all of n in registers.
Trajectory register_tile(std::int64_t rows) {
  return {Split{"product", "m", "mo", "mi", rows}, Reorder{"product", {"mo", "k", "mi", "n"}},
          Vectorize{"product", "n"}, Unroll{"product", "mi"}};
}

TEST(AnalyticModel, AccumulatorsHideLatencyUntilRegistersRunOut) {
  const StatementCost few = product_cost(kVectors);
  const StatementCost right = product_cost(register_tile(4));
  const StatementCost many = product_cost(register_tile(16));
  EXPECT_EQ(few.register_vectors, 4);
  EXPECT_EQ(right.register_vectors, 16);
  EXPECT_EQ(many.register_vectors, 64);
  EXPECT_LT(right.compute, few.compute);
  EXPECT_LT(right.compute, many.compute);
}

TEST(AnalyticModel, ThreadsShareTheWork) {
  const Trajectory parallel = {Parallel{"product", "m"}};
  const StatementCost serial = product_cost({}, 2);
  const StatementCost one = product_cost(parallel, 1);
  const StatementCost two = product_cost(parallel, 2);
  EXPECT_EQ(one.balance, 1);
  EXPECT_EQ(two.balance, 1);
  EXPECT_EQ(serial.balance, 0.5) << "one of two threads has work";
  EXPECT_DOUBLE_EQ(two.compute, one.compute / 2);
  EXPECT_EQ(one.overhead, 0);
  EXPECT_GT(two.overhead, 0);
  EXPECT_LT(two.total(), serial.total());
  const State three_rows = scheduled(product_state(64, 3, 64), parallel);
  EXPECT_EQ(cost_of(three_rows, "product", 2).balance, 0.75) << "two rounds for three rows";
}

TEST(AnalyticModel, StartingThreadsInALoopCostsEachTime) {
  const StatementCost outer = product_cost({Parallel{"product", "m"}}, 2);
  const StatementCost inner = product_cost({Parallel{"product", "n"}}, 2);
  EXPECT_DOUBLE_EQ(inner.overhead, 64 * outer.overhead);
}

TEST(AnalyticModel, TilesThatFitACacheSaveTraffic) {
  const State state = product_state(512, 512, 128);
  const State tiled =
      scheduled(state, {Split{"product", "n", "no", "ni", 16}, Reorder{"product", {"no", "m", "k", "ni"}}});
  EXPECT_LT(2 * cost_of(tiled, "product").traffic[0], cost_of(state, "product").traffic[0]);
}

TEST(AnalyticModel, RedundancyIsWhatIsComputedTwice) {
  EXPECT_EQ(cost_of(blur_state(8, 6), "pre").redundancy, 1);
  const State state = scheduled(blur_state(8, 6), {ComputeAt{"pre", "blur", "x"}});
  EXPECT_DOUBLE_EQ(cost_of(state, "pre").redundancy, 144.0 / 60);
}

TEST(AnalyticModel, TheSlowestPartCountsMost) {
  StatementCost cost;
  cost.compute = 100;
  EXPECT_DOUBLE_EQ(cost.total(), 100);
  cost.traffic[1] = 50;
  EXPECT_GT(cost.total(), 100);
  EXPECT_LT(cost.total(), 150);
  cost.traffic[2] = 300;
  EXPECT_GT(cost.total(), 300);
  EXPECT_LT(cost.total(), 450);
  const double before = cost.total();
  cost.balance = 0.5;
  EXPECT_DOUBLE_EQ(cost.total(), 2 * before);
  cost.overhead = 7;
  EXPECT_DOUBLE_EQ(cost.total(), 2 * before + 7);
}

}  // namespace
}  // namespace tilecast
