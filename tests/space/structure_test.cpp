#include "space/structure.h"

#include <gtest/gtest.h>

#include "../codegen/test_kernels.h"
#include "../schedule/test_programs.h"
#include "codegen/codegen.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

using Roles = std::vector<StageRole>;

TEST(StageRoles, ReductionsWithReuseAreTiled) {
  const State state = product_state(8, 4, 12);
  const Roles roles = stage_roles(state);
  EXPECT_EQ(roles, (Roles{StageRole::kTiledReduction, StageRole::kPlain}));
  EXPECT_EQ(fusable_consumer(state, 0, roles), std::optional<StageId>(1));
}

TEST(StageRoles, CheapStagesAreInlinedAndTheOutputIsNot) {
  EXPECT_EQ(stage_roles(blur_state(8, 6)), (Roles{StageRole::kInline, StageRole::kInline, StageRole::kPlain}));
}

// rows[y] = sum over x of in[x, y]
Stage sum_of_rows(BufferId buffer) {
  StageMaker rows("rows", {{"y", 0, 6}}, {{"x", 0, 8}});
  const std::int32_t x = rows.axis(1);
  rows.load(buffer, {x, rows.axis(0)});
  return rows.make();
}

TEST(StageRoles, SumsAlongContiguousMemoryAreRowReductions) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8, 6}}};
  dag.stages = {sum_of_rows(0)};
  EXPECT_EQ(stage_roles(state_of(dag)), Roles{StageRole::kRowReduction});
}

// power = exp(in); rows = sum of power; share[x, y] = power[x, y] * rows[y]
State softmax_like(bool expensive) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8, 6}}};
  StageMaker power("power", {{"x", 0, 8}, {"y", 0, 6}});
  const std::int32_t x = power.axis(0);
  const std::int32_t element = power.load(0, {x, power.axis(1)});
  if (expensive) {
    power.call("exp", element);
  } else {
    power.op(ExprOp::kMul, element, element);
  }
  StageMaker share("share", {{"x", 0, 8}, {"y", 0, 6}});
  const std::int32_t column = share.axis(0);
  const std::int32_t row = share.axis(1);
  const std::int32_t part = share.load(1, {column, row});
  share.op(ExprOp::kMul, part, share.load(2, {row}));
  dag.stages = {power.make(), sum_of_rows(1), share.make()};
  return state_of(dag);
}

TEST(StageRoles, ExpensiveStagesThatAreReadTwiceAreComputedOnce) {
  EXPECT_EQ(stage_roles(softmax_like(true)), (Roles{StageRole::kPlain, StageRole::kRowReduction, StageRole::kPlain}));
  EXPECT_EQ(stage_roles(softmax_like(false)), (Roles{StageRole::kInline, StageRole::kRowReduction, StageRole::kPlain}));
}

// A product that reads what a stage computes: computed once, not for each of its readers' iterations.
State product_of_padding() {
  const State product = product_state(8, 4, 12);
  ComputeDag dag = product.dag();
  StageMaker twice("twice", {{"k", 0, 12}, {"m", 0, 4}});
  const std::int32_t k = twice.axis(0);
  const std::int32_t element = twice.load(0, {k, twice.axis(1)});
  twice.op(ExprOp::kAdd, element, element);
  StageMaker sum("sum", {{"n", 0, 8}, {"m", 0, 4}}, {{"k", 0, 12}});
  const std::int32_t n = sum.axis(0);
  const std::int32_t m = sum.axis(1);
  const std::int32_t step = sum.axis(2);
  const std::int32_t left = sum.load(2, {step, m});
  sum.op(ExprOp::kMul, left, sum.load(1, {n, step}));
  dag.stages = {twice.make(), sum.make()};
  return state_of(dag);
}

TEST(StageRoles, WhatATiledReductionReadsHasItsOwnNest) {
  const State state = product_of_padding();
  const Roles roles = stage_roles(state);
  EXPECT_EQ(roles, (Roles{StageRole::kPlain, StageRole::kTiledReduction}));
  EXPECT_EQ(fusable_consumer(state, 1, roles), std::nullopt) << "nothing reads the output";
}

TEST(TransposedAxis, IsThatOfNeighboursInMemory) {
  const auto copy = [](bool transposed) {
    StageMaker maker("copy", {{"x", 0, 8}, {"y", 0, 6}});
    const std::int32_t x = maker.axis(0);
    const std::int32_t y = maker.axis(1);
    maker.load(0, transposed ? std::vector{y, x} : std::vector{x, y});
    return maker.make();
  };
  EXPECT_EQ(transposed_axis(copy(true)), std::optional<std::size_t>(1));
  EXPECT_EQ(transposed_axis(copy(false)), std::nullopt);
  EXPECT_EQ(transposed_axis(product_state(8, 4, 12).dag().stages[0]), std::nullopt) << "a reduction";
}

TEST(IsWindow, ReadsNeighboursFromEverything) {
  const auto convolution = [](const Task& task) {
    const auto context = make_task_context(task);
    const State& state = context->initial;
    return *state.stage(*state.find_stage("conv0")).def;
  };
  EXPECT_TRUE(is_window(convolution(depthwise_task(8, 16, 1))));
  EXPECT_FALSE(is_window(convolution(conv_task(8, 8, 16, 16, 3, 1)))) << "one input element for all channels";
  EXPECT_FALSE(is_window(convolution(conv_task(8, 8, 16, 16, 3, 1, 4)))) << "for those of a group";
  EXPECT_FALSE(is_window(blur_state(8, 6).dag().stages.back())) << "no reduction";
}

TEST(TermCount, IsTheProductOfTheReductionsExtents) {
  EXPECT_EQ(term_count(product_state(8, 4, 12).dag().stages[0]), 12);
  EXPECT_EQ(term_count(blur_state(8, 6).dag().stages.back()), 1);
}

TEST(BufferElements, AreThoseOfTheInputOrTheStage) {
  const State state = product_state(8, 4, 12);
  EXPECT_EQ(buffer_elements(state, 0), 12 * 4) << "an input";
  EXPECT_EQ(buffer_elements(state, 1), 8 * 12) << "another";
  EXPECT_EQ(buffer_elements(state, state.buffer_of(0)), 8 * 4) << "a stage, without its terms";
}

TEST(VariesAlong, TheAxesOfAnAccess) {
  const State state = product_state(8, 4, 12);
  const std::vector<Access>& reads = state.dag().stages[0].accesses;
  ASSERT_EQ(reads.size(), 2U);
  EXPECT_FALSE(varies_along(reads[0], 0)) << "rows are the same for all columns";
  EXPECT_TRUE(varies_along(reads[0], 1));
  EXPECT_TRUE(varies_along(reads[1], 0));
  EXPECT_FALSE(varies_along(reads[1], 1));
}

TEST(FusableConsumer, IsTheOnlyReaderAndPure) {
  const State softmax = softmax_like(true);
  EXPECT_EQ(fusable_consumer(softmax, 1, stage_roles(softmax)), std::optional<StageId>(2));
  EXPECT_EQ(fusable_consumer(softmax, 0, stage_roles(softmax)), std::nullopt) << "two readers";
  const State padding = product_of_padding();
  EXPECT_EQ(fusable_consumer(padding, 0, stage_roles(padding)), std::nullopt) << "the reader reduces";
}

TEST(FusableConsumer, IsFoundThroughInlinedStages) {
  const State state = product_state(8, 4, 12);
  ComputeDag dag = state.dag();
  StageMaker last("last", {{"n", 0, 8}, {"m", 0, 4}});
  const std::int32_t n = last.axis(0);
  const std::int32_t element = last.load(3, {n, last.axis(1)});
  last.op(ExprOp::kAdd, element, last.real(1));
  dag.stages.push_back(last.make());
  const State longer = state_of(dag);
  const Roles roles = stage_roles(longer);
  EXPECT_EQ(roles, (Roles{StageRole::kTiledReduction, StageRole::kInline, StageRole::kPlain}));
  EXPECT_EQ(fusable_consumer(longer, 0, roles), std::optional<StageId>(2));
}

}  // namespace
}  // namespace tilecast
