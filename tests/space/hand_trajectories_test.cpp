// The hand-written schedules that the space must be able to express are legal, each prefix of them, and compute the
// right result.
#include "hand_trajectories.h"

#include <gtest/gtest.h>

#include "../codegen/test_kernels.h"
#include "codegen/codegen.h"

namespace tilecast {
namespace {

class HandTrajectoryTest : public ::testing::TestWithParam<bench::HandSchedule> {};

TEST_P(HandTrajectoryTest, IsLegalAndComputesTheRightResult) {
  const auto context = make_task_context(GetParam().task);
  ASSERT_TRUE(context.ok()) << context.error().message;
  for (std::size_t length = 0; length <= GetParam().trajectory.size(); ++length) {
    const auto prefix = replay(context->initial, std::span(GetParam().trajectory).first(length));
    ASSERT_TRUE(prefix.ok()) << prefix.error().reason;
    EXPECT_FALSE(program_text(*prefix).empty());
  }
  const auto state = replay(context->initial, GetParam().trajectory);
  const auto run = testing::compile_and_run(*context, *state, 5);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_LT(testing::interpreter_difference(*context, *state, *run, 40), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Schedules, HandTrajectoryTest, ::testing::ValuesIn(bench::hand_schedules()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace tilecast
