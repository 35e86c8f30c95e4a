#include "worldmodel/program_features.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../schedule/test_programs.h"
#include "base/statistics.h"

namespace tilecast {
namespace {

ProgramFeatures features_of(const State& state, const Trajectory& trajectory) {
  ActionTracker tracker(state.program());
  for (const Action& action : trajectory) tracker.follow(action);
  return program_features(tracker);
}

TEST(ProgramFeatures, OfAnUnscheduledProgram) {
  // product[n, m] += a[k, m] * b[n, k], n of 30, m of 40, k of 64; then relu.
  const ProgramFeatures features = features_of(testing::product_state(30, 40, 64), {});
  EXPECT_EQ(features.stages, 2);
  EXPECT_EQ(features.actions, 0);
  const NestSummary& product = features.nests[0];
  EXPECT_EQ(product.elements, log_count(30 * 40));
  EXPECT_EQ(product.terms, log_count(64));
  EXPECT_EQ(product.from_output, 1) << "relu comes after it";
  EXPECT_EQ(product.inside_another, 0);
  EXPECT_EQ(product.excess, 0);
  EXPECT_EQ(product.vector_axis, 0);
  EXPECT_EQ(product.serial[0], log_count(64));
  EXPECT_EQ(product.serial_reduces[0], 1);
  EXPECT_EQ(product.loops, 3);
  EXPECT_EQ(features.nests[1].terms, log_count(1));
  EXPECT_EQ(features.nests[2].operations, 0) << "there is no third";
}

TEST(ProgramFeatures, OfATiledProduct) {
  const ProgramFeatures features = features_of(
      testing::product_state(30, 40, 64),
      {Split{"product", "n", "no", "ni", 16}, Split{"product", "m", "mo", "mi", 4},
       Split{"product", "k", "ko", "ku", 8}, Reorder{"product", {"mo", "no", "ko", "ku", "mi", "ni"}},
       Vectorize{"product", "ni"}, Unroll{"product", "mi"}, Unroll{"product", "ku"}, Fuse{"product", "mo", "no", "f"},
       Parallel{"product", "f"}, StoreIn{"product", Storage::kStack}, Pack{"b", {{0, 16}, {1, 64}, {0, 2}, {1, 1}}}});
  EXPECT_EQ(features.actions, 11);
  EXPECT_EQ(features.kinds[0], 3) << "splits";
  EXPECT_EQ(features.pack_parts, 4);
  EXPECT_EQ(features.pack_extent[0], log_count(16));
  const NestSummary& product = features.nests[0];
  EXPECT_EQ(product.tails, 1) << "16 does not divide 30";
  EXPECT_NEAR(product.excess, std::log2(32.0 / 30.0), 1e-6);
  EXPECT_EQ(product.vector_extent, log_count(16));
  EXPECT_EQ(product.vector_axis, 1);
  EXPECT_EQ(product.unrolled_spatial, log_count(4));
  EXPECT_EQ(product.unrolled_reduction, log_count(8));
  EXPECT_EQ(product.tile[0], log_count(16));
  EXPECT_EQ(product.tile[1], log_count(4));
  EXPECT_EQ(product.spatial_inside_reduction, log_count(64)) << "the accumulators";
  EXPECT_EQ(product.reduction_inside_spatial, log_count(64)) << "nothing but reductions is serial";
  EXPECT_EQ(product.serial[0], log_count(8));
  EXPECT_EQ(product.reduction_block, log_count(8));
  EXPECT_EQ(product.parallel, log_count(20));
  EXPECT_EQ(product.inside_parallel, log_count(8));
  EXPECT_EQ(product.storage, static_cast<float>(Storage::kStack));
  EXPECT_EQ(features.largest_parallel, log_count(20));
}

TEST(ProgramFeatures, OfAStageInsideAnother) {
  const ProgramFeatures features =
      features_of(testing::product_state(30, 40, 64), {Parallel{"relu", "m"}, ComputeAt{"product", "relu", "m"}});
  const NestSummary& product = features.nests[0];
  EXPECT_EQ(product.inside_another, 1);
  EXPECT_EQ(product.times, log_count(40));
  EXPECT_EQ(product.host_inside, log_count(30));
  EXPECT_EQ(product.region, log_count(30));
  EXPECT_EQ(product.excess, 0);
  EXPECT_EQ(product.parallel, log_count(40)) << "its host's";
  EXPECT_EQ(product.inside_parallel, log_count(30 * 64));
}

TEST(ProgramFeatures, InlinedStagesHaveNoNest) {
  const State state = testing::product_state(30, 40, 64);
  const ProgramFeatures before = features_of(state, {});
  const ProgramFeatures features = features_of(state, {Inline{"product"}});  // whether it is legal is not asked
  EXPECT_EQ(features.stages, before.stages - 1);
  EXPECT_EQ(features.inlined, 1);
  EXPECT_EQ(features.inlined_operations, before.nests[0].operations);
  EXPECT_EQ(features.nests[0].operations, before.nests[1].operations);
}

}  // namespace
}  // namespace tilecast
