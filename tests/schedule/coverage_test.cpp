#include "schedule/coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "../codegen/random_actions.h"
#include "nest_walk.h"
#include "test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

using Extents = std::vector<std::int64_t>;
constexpr StageId kPost = 2;

TEST(Coverage, OfPlainLoopsByDepth) {
  const State state = product_state(8, 4, 12);
  EXPECT_EQ(state.coverage(0, 0), (Extents{8, 4, 12}));
  EXPECT_EQ(state.coverage(0, 1), (Extents{8, 1, 12}));
  EXPECT_EQ(state.coverage(0, 2), (Extents{1, 1, 12}));
  EXPECT_EQ(state.coverage(0, 3), (Extents{1, 1, 1}));
}

TEST(Coverage, OfSplitsAndTheirTails) {
  const State state = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 3}, Reorder{"post", {"i", "o"}}});
  ASSERT_EQ(nest(state, "post"), "y:6 i:3 o:3");
  EXPECT_EQ(state.coverage(kPost, 1), (Extents{8, 1})) << "guarded: no more than there is";
  EXPECT_EQ(state.coverage(kPost, 2), (Extents{7, 1})) << "steps of 3: the first to the last";
  EXPECT_EQ(state.coverage(kPost, 3), (Extents{1, 1}));
}

TEST(Coverage, OfFusedLoops) {
  const State state = scheduled(blur_state(8, 6), {Fuse{"post", "y", "x", "f"}, Split{"post", "f", "o", "i", 4}});
  EXPECT_EQ(state.coverage(kPost, 0), (Extents{8, 6}));
  EXPECT_EQ(state.coverage(kPost, 1), (Extents{8, 1})) << "part of a row: which one is not known";
  const State rows = scheduled(blur_state(8, 6), {Fuse{"post", "y", "x", "f"}, Split{"post", "f", "o", "i", 16}});
  EXPECT_EQ(rows.coverage(kPost, 1), (Extents{8, 2})) << "two whole rows";
  const State ragged = scheduled(blur_state(8, 6), {Fuse{"post", "y", "x", "f"}, Split{"post", "f", "o", "i", 6}});
  EXPECT_EQ(ragged.coverage(kPost, 1), (Extents{8, 2})) << "may begin in one row and end in the next";
}

TEST(Coverage, OfAStageInsideAnotherCountsWholeTiles) {
  const Trajectory inside = {ComputeAt{"blur", "post", "y"}, Split{"blur", "x", "o", "i", 3}};
  EXPECT_EQ(scheduled(blur_state(8, 6), inside).coverage(1, 0), (Extents{9, 1}));
  // The inner part of a split is guarded: rounded up, it would compute the next part's elements twice.
  Trajectory twice = inside;
  twice.push_back(Split{"blur", "i", "p", "q", 2});
  EXPECT_EQ(scheduled(blur_state(8, 6), twice).coverage(1, 0), (Extents{9, 1}));
}

TEST(GuardedVars, InnerPartsOfSplitsAndWhatComesOfThem) {
  const State state = scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 4}, Split{"post", "i", "p", "q", 2},
                                                   Split{"post", "o", "r", "s", 2}, Fuse{"post", "p", "q", "f"}});
  const StageState& post = state.stage(kPost);
  const auto guarded = guarded_vars(post.transforms);
  const auto is_guarded = [&](const char* name) {
    const auto it = std::find_if(post.vars.begin(), post.vars.end(), [&](const LoopVar& v) { return v.name == name; });
    return guarded.at(static_cast<std::size_t>(it - post.vars.begin()));
  };
  for (const char* name : {"i", "p", "q", "s", "f"}) EXPECT_TRUE(is_guarded(name)) << name;
  for (const char* name : {"x", "y", "o", "r"}) EXPECT_FALSE(is_guarded(name)) << name;
}

TEST(PropagateExtents, FollowsTheAxes) {
  StageState stage =
      scheduled(blur_state(8, 6), {Split{"post", "x", "o", "i", 4}, Fuse{"post", "y", "o", "f"}}).stage(kPost);
  ASSERT_EQ(stage.loop_at(0).extent, 12);
  stage.vars[0].extent = 9;
  stage.vars[1].extent = 2;
  propagate_extents(stage);
  EXPECT_EQ(stage.loop_at(0).extent, 6);
  EXPECT_EQ(stage.loop_at(1).extent, 4);
}

struct Range {
  std::int64_t low = INT64_MAX;
  std::int64_t high = INT64_MIN;
  void add(std::int64_t value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// By splits, fuses and reorders of one stage's loops only.
Trajectory random_loops(const State& initial, const Name& stage, Random& random) {
  Trajectory trajectory;
  State state = initial;
  for (int serial = 0; serial < 400 && trajectory.size() < 7; ++serial) {
    const Action action = random_action(state, random, serial);
    const bool of_loops = std::holds_alternative<Split>(action) || std::holds_alternative<Fuse>(action) ||
                          std::holds_alternative<Reorder>(action);
    if (!of_loops || to_text(action).find("(" + stage.str() + ",") == std::string::npos) continue;
    auto next = tilecast::apply(state, action);
    if (!next) continue;
    state = *std::move(next);
    trajectory.push_back(action);
  }
  return trajectory;
}

// However the loops were split, fused and ordered: they run over what coverage and footprint say, or less, and the
// whole nest over every element once.
TEST(Coverage, OfRandomNestsHoldsWhatTheLoopsRunOver) {
  constexpr std::uint64_t kSeed = 5;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  const State initial = blur_state(7, 6);
  const StageId blur = 1;
  const BufferId pre = 1;
  for (std::size_t run = 0; run < 150; ++run) {
    Random random(kSeed * 1000003 + run);
    const Trajectory trajectory = random_loops(initial, "blur", random);
    const State state = scheduled(initial, trajectory);
    const StageState& s = state.stage(blur);
    std::map<Extents, int> computed;
    walk_nest(s, 0, [&](std::int64_t, const Extents& axes) { ++computed[axes]; });
    EXPECT_EQ(computed.size(), 42U) << to_text(trajectory);
    for (const auto& [axes, times] : computed) EXPECT_EQ(times, 1) << to_text(trajectory);
    for (std::size_t depth = 0; depth <= s.loops.size(); ++depth) {
      std::map<std::int64_t, std::array<Range, 2>> ranges;
      walk_nest(s, depth, [&](std::int64_t outer, const Extents& axes) {
        for (std::size_t d = 0; d < 2; ++d) ranges[outer].at(d).add(axes[d]);
      });
      const Extents coverage = state.coverage(blur, depth);
      const Extents footprint = state.footprint(pre, blur, depth);
      for (const auto& [outer, range] : ranges) {
        for (std::size_t d = 0; d < 2; ++d) {
          const std::int64_t extent = range.at(d).high - range.at(d).low + 1;
          ASSERT_LE(extent, coverage[d]) << "dimension " << d << " at depth " << depth << "\n" << to_text(trajectory);
          ASSERT_LE(extent + (d == 0 ? 2 : 0), footprint[d]) << "at depth " << depth << "\n" << to_text(trajectory);
        }
      }
    }
    EXPECT_EQ(state.coverage(blur, 0), (Extents{7, 6})) << to_text(trajectory);
  }
}

}  // namespace
}  // namespace tilecast
