#include "codegen/codegen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test_kernels.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

class UnscheduledTest : public ::testing::TestWithParam<Task> {};

// Without a schedule every operator computes what the interpreter computes from the extracted program.
TEST_P(UnscheduledTest, EqualsInterpreter) {
  const auto context = make_task_context(GetParam());
  ASSERT_TRUE(context.ok()) << context.error().message;
  const auto run = compile_and_run(*context, context->initial, 1);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_LT(interpreter_difference(*context, context->initial, *run, 200), 1e-5);
}

// Likewise for buffers that are parts of larger tensors.
TEST_P(UnscheduledTest, LeavesGapsBetweenRowsAlone) {
  const auto context = make_task_context(GetParam());
  ASSERT_TRUE(context.ok()) << context.error().message;
  const auto run = compile_and_run(*context, context->initial, 1, 2, 5);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_LT(interpreter_difference(*context, context->initial, *run, 200), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Tasks, UnscheduledTest,
                         ::testing::Values(conv_task(9, 7, 5, 11, 3, 1), conv_task(10, 10, 6, 8, 1, 1),
                                           conv_task(11, 9, 8, 12, 3, 2, 2), depthwise_task(9, 10, 2),
                                           deconv_task(5, 6, 7), dense_task(7, 33, 19), matmul_task(2, 5, 9, 13, false),
                                           matmul_task(3, 6, 8, 10, true), softmax_task(7, 37), layer_norm_task(5, 48),
                                           pool_task(9, 6, false), pool_task(8, 5, true), deconv_task(5, 6, 8, 2),
                                           resize_task(5, 8, 3, true), resize_task(6, 4, 3, false), cum_sum_task(5, 19),
                                           top_values_task(5, 21, 6), top_values_task(6, 19, 1),
                                           scatter_task(7, 9, "none"), scatter_task(18, 5, "add"),
                                           scatter_task(7, 9, "mul")),
                         [](const auto& test) { return test.param.name + std::to_string(test.index); });

// Halide folded `r < x || r == x` into the wrong condition here.
TEST(Codegen, RunningSumsWithTheReductionOutside) {
  const auto context = make_task_context(cum_sum_task(5, 32));
  ASSERT_TRUE(context.ok()) << context.error().message;
  const Trajectory trajectory = {Reorder{"cum_sum0", {"r0", "d1", "d0"}}, Split{"cum_sum0", "r0", "o", "i", 13}};
  const auto state = replay(context->initial, trajectory);
  ASSERT_TRUE(state.ok()) << state.error().reason;
  const auto run = compile_and_run(*context, *state, 1);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_LT(interpreter_difference(*context, *state, *run, 160), 1e-5);
}

// The last tile of 48 channels goes beyond the 104 that there are, to a group of channels that the padded input lacks.
TEST(Codegen, GroupsBeyondTheEndAreComputedWithoutHarm) {
  const auto context = make_task_context(conv_task(28, 28, 104, 104, 3, 2, 13));
  ASSERT_TRUE(context.ok()) << context.error().message;
  const auto trajectory = trajectory_from_json(nlohmann::json::parse(R"([
    ["cache_write", "conv0", "conv0.out"],
    ["split", "conv0.out", "y", "y.o", "y.i", 1],
    ["split", "conv0.out", "x", "x.o", "x.i", 7],
    ["split", "conv0.out", "c", "c.o", "c.i", 48],
    ["split", "conv0.out", "c.i", "c.i.u", "c.i.v", 16],
    ["reorder", "conv0.out", ["y.o", "x.o", "c.o", "n", "y.i", "x.i", "c.i.u", "c.i.v"]],
    ["vectorize", "conv0.out", "c.i.v"],
    ["unroll", "conv0.out", "c.i.u"],
    ["compute_at", "conv0", "conv0.out", "c.o"],
    ["compute_at", "conv0.pad", "conv0.out", "y.o"]])"));
  ASSERT_TRUE(trajectory.ok()) << trajectory.error().message;
  const auto state = replay(context->initial, *trajectory);
  ASSERT_TRUE(state.ok()) << state.error().reason;
  const auto run = compile_and_run(*context, *state, 1);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_LT(interpreter_difference(*context, *state, *run, 500), 1e-5);
}

TEST(Codegen, UnsupportedOperatorNamesTheNode) {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {4}}}};
  graph.nodes = {{"wiggle_3", "wiggle", {0}, {}, {DataType::kFloat32, {4}}}};
  graph.outputs = {1};
  const auto context = make_task_context(make_task("t", graph));
  ASSERT_FALSE(context.ok());
  EXPECT_THAT(context.error().message, HasSubstr("node 'wiggle_3' (wiggle): this operator is not supported"));
}

TEST(Codegen, MissingDirectoryIsReported) {
  const auto context = make_task_context(softmax_task(2, 4));
  ASSERT_TRUE(context.ok());
  const Status status = compile_object(context->task, context->initial, {}, "/nowhere/at/all.o");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("/nowhere/at/all.o"));
}

TEST(Codegen, StridesMustFitTheBuffers) {
  const auto context = make_task_context(softmax_task(2, 4));
  ASSERT_TRUE(context.ok());
  const auto message = [&](std::vector<std::vector<std::int64_t>> strides) {
    CodegenOptions options;
    options.strides = std::move(strides);
    const Status status = compile_object(context->task, context->initial, options, "/nowhere/at/all.o");
    return status.ok() ? "" : status.error().message;
  };
  EXPECT_THAT(message({{1, 8}}), HasSubstr("strides of 1 buffers for a kernel of 2"));
  EXPECT_THAT(message({{}, {1}}), HasSubstr("1 strides for buffer 1 of 2 dimensions"));
}

}  // namespace
}  // namespace tilecast
