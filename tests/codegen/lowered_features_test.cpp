#include "codegen/lowered_features.h"

#include <gtest/gtest.h>

#include "base/statistics.h"
#include "codegen/codegen.h"
#include "test_kernels.h"

namespace tilecast {
namespace {

double log_of(double x) {
  return static_cast<double>(log_count(x));
}

TEST(LoweredFeatures, CountWhatIsExecuted) {
  // 24 rows of 64: relu.
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {24, 64}}}};
  graph.nodes = {{"relu", "relu", {0}, {}, {DataType::kFloat32, {24, 64}}}};
  graph.outputs = {1};
  const auto context = make_task_context(make_task("relu", graph));
  ASSERT_TRUE(context.ok());
  const auto plain = lowered_features(context->task, context->initial);
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_EQ(plain->loads, log_of(24 * 64));
  EXPECT_EQ(plain->stores, log_of(24 * 64));
  EXPECT_EQ(plain->float_operations, log_of(24 * 64)) << "one maximum each";
  EXPECT_EQ(plain->loops, log_of(2));
  EXPECT_EQ(plain->iterations, log_of(24 + 24 * 64));
  EXPECT_EQ(plain->allocated_bytes, 0);

  // Vectors of 16: fewer iterations, as many elements.
  const StageState& stage = context->initial.stage(context->initial.output());
  const Name innermost = stage.loop_at(stage.loops.size() - 1).name;
  const auto state =
      replay(context->initial, Trajectory{Split{stage.name(), innermost, "o", "v", 16}, Vectorize{stage.name(), "v"}});
  ASSERT_TRUE(state.ok()) << state.error().reason;
  const auto vectors = lowered_features(context->task, *state);
  ASSERT_TRUE(vectors.ok()) << vectors.error().message;
  EXPECT_EQ(vectors->loads, plain->loads);
  EXPECT_EQ(vectors->iterations, log_of(24 + 24 * 4));
}

TEST(LoweredFeatures, WhatHalideRefusesIsAnError) {
  auto context = make_task_context(testing::dense_task(16, 64, 48));
  ASSERT_TRUE(context.ok());
  Task other = context->task;
  other.graph.nodes[0].op = "nonsense";
  EXPECT_FALSE(lowered_features(other, context->initial).ok());
}

}  // namespace
}  // namespace tilecast
