#include "space/cases.h"

#include <gtest/gtest.h>

#include "../codegen/test_kernels.h"
#include "codegen/codegen.h"
#include "space/structure.h"

namespace tilecast {
namespace {

using testing::conv_task;
using testing::softmax_task;

State must_apply(const State& state, const Action& action) {
  Result<State, Illegal> next = apply(state, action);
  EXPECT_TRUE(next.ok()) << to_text({action});
  return *std::move(next);
}

std::vector<std::int64_t> cases(const State& state, const Name& stage) {
  const StageId id = *state.find_stage(stage);
  std::vector<std::int64_t> counts;
  for (std::size_t axis = 0; axis < state.stage(id).spatial_count(); ++axis) {
    counts.push_back(case_count(state, id, axis));
  }
  return counts;
}

class WinogradCases : public ::testing::Test {
 protected:
  void SetUp() override {
    auto context = make_task_context(conv_task(14, 14, 16, 16, 3, 1));
    ASSERT_TRUE(context.ok()) << context.error().message;
    state_ = must_apply(context->initial, ChooseAlgorithm{"winograd4"});
  }
  std::optional<State> state_;
};

TEST_F(WinogradCases, AreThePointsOfATile) {
  EXPECT_EQ(cases(*state_, "conv0.tiles"), (std::vector<std::int64_t>{1, 1, 1, 1, 6, 6}));
  EXPECT_EQ(cases(*state_, "conv0.square"), (std::vector<std::int64_t>{1, 1, 1, 1, 1, 4}));
  EXPECT_EQ(cases(*state_, "conv0"), (std::vector<std::int64_t>{1, 1, 1, 1, 1, 1}));
}

TEST_F(WinogradCases, AreSeenThroughInlinedStages) {
  EXPECT_EQ(cases(*state_, "conv0.all"), (std::vector<std::int64_t>{1, 1, 1, 1}));
  const State one = must_apply(*state_, Inline{"conv0.square"});
  EXPECT_EQ(cases(one, "conv0.all"), (std::vector<std::int64_t>{1, 1, 4, 1}));
  const State both = must_apply(one, Inline{"conv0.rows"});
  EXPECT_EQ(cases(both, "conv0.all"), (std::vector<std::int64_t>{1, 4, 4, 1}));
}

TEST_F(WinogradCases, GiveTheStagesTheirRoles) {
  const std::vector<StageRole> roles = stage_roles(*state_);
  const auto role = [&](const char* name) { return roles[static_cast<std::size_t>(*state_->find_stage(name))]; };
  EXPECT_EQ(role("conv0.pad"), StageRole::kPlain);
  EXPECT_EQ(role("conv0.tiles"), StageRole::kPlain);
  EXPECT_EQ(role("conv0"), StageRole::kTiledReduction);
  EXPECT_EQ(role("conv0.rows"), StageRole::kInline);
  EXPECT_EQ(role("conv0.square"), StageRole::kInline);
  const StageId conv = *state_->find_stage("conv0");
  const auto consumer = case_consumer(*state_, conv, roles);
  ASSERT_TRUE(consumer.has_value());
  EXPECT_EQ(*consumer, state_->output());
  EXPECT_FALSE(fusable_consumer(*state_, conv, roles).has_value());
}

TEST(Cases, OtherProgramsHaveNone) {
  const auto context = make_task_context(softmax_task(8, 8));
  ASSERT_TRUE(context.ok());
  for (std::size_t i = 0; i < context->initial.stage_count(); ++i) {
    EXPECT_FALSE(has_cases(*context->initial.stage(static_cast<StageId>(i)).def));
  }
}

}  // namespace
}  // namespace tilecast
