// apply and replay, on random actions.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "../codegen/random_actions.h"
#include "schedule/directives.h"
#include "test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

constexpr std::uint64_t kSeed = 7;

State program(std::size_t number) {
  switch (number % 4) {
    case 0:
      return blur_state(8, 6);
    case 1:
      return product_state(8, 4, 12);
    case 2:
      return diamond_state();
    default:
      return product_state(7, 5, 9);
  }
}

// What random actions begin with: a factored reduction demands more than they find.
Trajectory beginning(std::size_t number) {
  if (number % 4 != 3) return {};
  return {Split{"product", "k", "ko", "ki", 3}, Rfactor{"product", "ki", "part", "v"}};
}

TEST(Apply, ForTheSameActionTwice) {
  const State before = blur_state(8, 6);
  const Action split = Split{"post", "x", "o", "i", 4};
  const State first = applied(before, split);
  const State second = applied(before, split);
  EXPECT_EQ(describe(first), describe(second));
  EXPECT_EQ(first.stage(2), second.stage(2));
  EXPECT_FALSE(first.stage(2) == before.stage(2));
  EXPECT_EQ(&first.stage(0), &before.stage(0)) << "stages that an action leaves alone are shared";
}

TEST(Apply, TakesTheMemoryOfAStateThatIsGivenAway) {
  State state = blur_state(8, 6);
  const StageState* untouched = &state.stage(0);
  auto next = tilecast::apply(std::move(state), Unroll{"post", "x"});
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(nest(*next, "post"), "y:6 unrolled x:8");
  EXPECT_EQ(&next->stage(0), untouched);
}

TEST(Apply, RefusalHandsAGivenStateBack) {
  State state = blur_state(8, 6);
  const std::string description = describe(state);
  const auto next = tilecast::apply(std::move(state), Unroll{"post", "z"});
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(describe(state), description);  // NOLINT(bugprone-use-after-move): handed back
}

TEST(Replay, NothingIsTheInitialState) {
  const State state = blur_state(8, 6);
  EXPECT_EQ(describe(scheduled(state, {})), describe(state));
}

// Legal actions lead from State to State; each prefix can be replayed from the records' form, printed, and gives the
// State that was there. Actions, legal or not, never change the State that they are applied to.
TEST(Replay, EveryPrefixOfRandomTrajectories) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  std::set<std::size_t> legal_kinds;
  for (std::size_t run = 0; run < 120; ++run) {
    Random random(kSeed * 1000003 + run);
    const State initial = program(run);
    const Trajectory first = beginning(run);
    State state = initial;
    Trajectory trajectory;
    for (std::size_t serial = 0; serial < 120 && trajectory.size() < 14; ++serial) {
      const Action action =
          serial < first.size() ? first[serial] : random_action(state, random, static_cast<int>(serial));
      const std::string description = describe(state);
      auto next = tilecast::apply(state, action);
      ASSERT_EQ(describe(state), description) << "run " << run << ": " << to_text(action);
      if (!next) {
        EXPECT_FALSE(next.error().reason.empty()) << to_text(action);
        continue;
      }
      legal_kinds.insert(action.index());
      trajectory.push_back(action);
      state = *std::move(next);

      const auto read = trajectory_from_json(nlohmann::json::parse(to_json(trajectory).dump()));
      ASSERT_TRUE(read.ok()) << read.error().message;
      ASSERT_EQ(*read, trajectory);
      EXPECT_EQ(trajectory_hash(*read), trajectory_hash(trajectory));
      const auto replayed = replay(initial, *read);
      ASSERT_TRUE(replayed.ok()) << "run " << run << ": " << replayed.error().reason << "\n" << to_text(trajectory);
      ASSERT_EQ(describe(*replayed), describe(state)) << "run " << run << "\n" << to_text(trajectory);
      EXPECT_EQ(program_text(*replayed), program_text(state));
      EXPECT_EQ(to_halide_cpp(*replayed), to_halide_cpp(state));
      EXPECT_FALSE(program_text(state).empty());
    }
  }
  EXPECT_EQ(legal_kinds.size(), std::variant_size_v<Action> - 1) << "all but the choice of an algorithm";
}

// What is true of every State, whatever led to it.
TEST(Replay, StatesKeepTheirOrder) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  for (std::size_t run = 0; run < 80; ++run) {
    Random random(kSeed * 7919 + run);
    const State initial = program(run);
    const Trajectory trajectory = random_trajectory(initial, random, 12);
    const State state = scheduled(initial, trajectory);
    const std::vector<StageId> order = state.topological_order();
    ASSERT_EQ(order.size(), state.stage_count()) << to_text(trajectory);
    EXPECT_EQ(order.back(), state.output());
    std::set<BufferId> computed;
    for (const StageId id : order) {
      const StageState& s = state.stage(id);
      for (const Access& access : s.def->accesses) {
        const BufferId source = s.source(access.buffer);
        EXPECT_TRUE(state.is_input(source) || computed.contains(source)) << to_text(trajectory);
      }
      computed.insert(state.buffer_of(id));
      for (std::size_t p = 0; p + 1 < s.loops.size(); ++p) {
        EXPECT_NE(s.loop_at(p).annotation, Annotation::kVectorized) << "only the innermost loop is vectorized";
      }
      if (s.location.placement != Placement::kAt) continue;
      EXPECT_TRUE(state.stage(s.location.host).position(s.location.loop).has_value()) << to_text(trajectory);
    }
  }
}

}  // namespace
}  // namespace tilecast
