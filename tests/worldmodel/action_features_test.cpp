#include "worldmodel/action_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "../codegen/test_kernels.h"
#include "../schedule/test_programs.h"
#include "base/random.h"
#include "base/statistics.h"
#include "codegen/codegen.h"
#include "schedule/action_fields.h"
#include "space/space.h"

namespace tilecast {
namespace {

TEST(ActionFeatures, OfEachPartOfASchedule) {
  // product[n, m] += a[k, m] * b[n, k], n of 30, m of 40, k of 64.
  const State state = testing::product_state(30, 40, 64);
  ActionTracker tracker(state.program());

  const ActionFeatures split = tracker.follow(Split{"product", "n", "no", "ni", 16});
  EXPECT_EQ(split.kind[0], 1);
  EXPECT_EQ(split.stage_from_output, 1) << "relu comes after it";
  EXPECT_EQ(split.stage_reduces, 1);
  EXPECT_EQ(split.stage_elements, log_count(30 * 40));
  EXPECT_EQ(split.stage_reduction, log_count(64));
  EXPECT_EQ(split.loop_extent, log_count(30));
  EXPECT_EQ(split.outer_extent, log_count(2));
  EXPECT_EQ(split.tail, 1) << "16 does not divide 30";
  EXPECT_EQ(split.loops_inside, 1) << "the reduction's";
  EXPECT_EQ(split.iterations_inside, log_count(64));
  EXPECT_EQ(split.iterations_outside, log_count(40));
  EXPECT_EQ(split.step, 0);

  const ActionFeatures reorder = tracker.follow(Reorder{"product", {"k", "ni"}});
  EXPECT_EQ(reorder.inner_extent[0], log_count(16));
  EXPECT_EQ(reorder.inner_reduces[0], 0);
  EXPECT_EQ(reorder.inner_extent[1], log_count(64));
  EXPECT_EQ(reorder.inner_reduces[1], 1);

  const ActionFeatures vectorize = tracker.follow(Vectorize{"product", "ni"});
  EXPECT_EQ(vectorize.loops_inside, 0);
  EXPECT_EQ(vectorize.number[0], log_count(16));
  EXPECT_EQ(vectorize.vectorized, log_count(1)) << "before it";
  const ActionFeatures unroll = tracker.follow(Unroll{"product", "k"});
  EXPECT_EQ(unroll.vectorized, log_count(16));
  EXPECT_EQ(unroll.loop_reduces, 1);
  EXPECT_EQ(unroll.step, 3);

  const ActionFeatures fuse = tracker.follow(Fuse{"product", "m", "no", "f"});
  EXPECT_EQ(fuse.number[0], log_count(80));
  const ActionFeatures parallel = tracker.follow(Parallel{"product", "f"});
  EXPECT_EQ(parallel.loop_axis, 0) << "over two axes";
  EXPECT_EQ(parallel.loop_extent, log_count(80));

  const ActionFeatures pack = tracker.follow(Pack{"b", {{0, 16}, {1, 64}, {0, 2}, {1, 1}}});
  EXPECT_EQ(pack.parts, 4);
  EXPECT_EQ(pack.part_extent[1], log_count(64));
}

TEST(ActionFeatures, WhatDoesNotExistIsZero) {
  const State state = testing::product_state(30, 40, 64);
  ActionTracker tracker(state.program());
  for (const Action& action :
       Trajectory{Split{"nobody", "n", "no", "ni", 4}, Vectorize{"product", "x"}, ComputeAt{"product", "nobody", "n"},
                  Fuse{"product", "m", "x", "f"}, Rfactor{"product", "x", "p", "v"}, ChooseAlgorithm{"none"}}) {
    const ActionFeatures features = tracker.follow(action);
    EXPECT_EQ(features.loop_extent, 0) << to_text(action);
    for (const float value : features.values()) EXPECT_TRUE(std::isfinite(value)) << to_text(action);
  }
}

// The loop that an action names, in the State before it; nothing for kinds that name none.
std::optional<std::pair<StageId, std::size_t>> named_loop(const State& state, const Action& action) {
  const auto find = [&](const Name& stage, const Name& loop) -> std::optional<std::pair<StageId, std::size_t>> {
    const auto id = state.find_stage(stage);
    const auto var = state.stage(*id).find_loop(loop);
    return std::pair{*id, *state.stage(*id).position(*var)};
  };
  if (const auto* a = std::get_if<Split>(&action)) return find(a->stage, a->loop);
  if (const auto* a = std::get_if<Fuse>(&action)) return find(a->stage, a->outer);
  if (const auto* a = std::get_if<Vectorize>(&action)) return find(a->stage, a->loop);
  if (const auto* a = std::get_if<Unroll>(&action)) return find(a->stage, a->loop);
  if (const auto* a = std::get_if<Parallel>(&action)) return find(a->stage, a->loop);
  return std::nullopt;
}

// Over random trajectories of the space: what the tracker says of a loop is what the State says, exactly where the
// stage is in a nest of its own, and its place always.
TEST(ActionFeatures, AgreeWithTheStateAtEveryStep) {
  const std::uint64_t seed = 31;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  std::size_t at_root = 0;
  std::size_t inside = 0;
  std::size_t inside_right = 0;
  for (const Task& task :
       {testing::conv_task(14, 14, 16, 32, 3, 1), testing::depthwise_task(14, 32, 1), testing::deconv_task(7, 8, 16),
        testing::dense_task(16, 64, 48), testing::softmax_task(24, 64), testing::matmul_task(3, 20, 16, 33, true)}) {
    const auto context = make_task_context(task);
    ASSERT_TRUE(context.ok());
    const auto space = Space::create(*context, probe_hardware(), 2);
    for (int i = 0; i < 40; ++i) {
      State state = context->initial;
      ActionTracker tracker(state.program());
      for (const Action& action : space->sample(random).trajectory) {
        const auto named = named_loop(state, action);
        const ActionFeatures features = tracker.follow(action);
        if (named) {
          const StageState& stage = state.stage(named->first);
          const LoopVar& loop = stage.loop_at(named->second);
          ASSERT_EQ(features.loops_inside, static_cast<float>(stage.loops.size() - 1 - named->second))
              << to_text(action);
          ASSERT_EQ(features.loop_reduces, loop.kind == LoopKind::kReduction ? 1.0F : 0.0F) << to_text(action);
          const bool right = features.loop_extent == log_count(static_cast<double>(loop.extent));
          if (stage.location.placement == Placement::kRoot) {
            ++at_root;
            ASSERT_TRUE(right) << to_text(action) << " of a loop of " << loop.extent;
          } else {
            ++inside;
            inside_right += right ? 1 : 0;
          }
        }
        state = *apply(std::move(state), action);
      }
    }
  }
  EXPECT_GT(at_root, 1000U);
  // Halos and strides are not followed.
  EXPECT_GT(inside, 500U);
  EXPECT_GT(static_cast<double>(inside_right), 0.8 * static_cast<double>(inside)) << inside;
}

TEST(ActionFeatures, CopiesGoOnFromACommonPrefix) {
  const State state = testing::product_state(30, 40, 64);
  const Trajectory prefix = {Split{"product", "n", "no", "ni", 16}, CacheWrite{"product", "copy"}};
  const Action last = ComputeAt{"product", "copy", "m"};
  ActionTracker shared(state.program());
  for (const Action& action : prefix) shared.follow(action);
  ActionTracker other = shared;
  other.follow(Split{"copy", "n", "a", "b", 8});
  ActionTracker whole(state.program());
  for (const Action& action : prefix) whole.follow(action);
  const ActionFeatures features = shared.follow(last);
  EXPECT_EQ(features.values(), whole.follow(last).values());
  // Rounded up from 30 to 32 elements of `n`.
  EXPECT_EQ(features.host_inside, log_count(30));
  EXPECT_EQ(other.follow(last).host_inside, log_count(32));
}

}  // namespace
}  // namespace tilecast
