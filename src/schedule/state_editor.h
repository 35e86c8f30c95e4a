// The only place that changes a State: used by `apply` and the actions, on a State that nobody else sees.
#pragma once

#include <optional>

#include "schedule/state.h"

namespace tilecast {

// Limits that keep every legal program compilable in reasonable time.
inline constexpr std::int64_t kMaxUnrolledBody = 1024;  // copies of a statement, over all unrolled loops around it
inline constexpr std::int64_t kMaxStackBytes = std::int64_t{256} << 10;

struct StateEditor {
  State& state;

  // The stage, not shared with any other State from now on.
  StageState& stage(StageId id);
  StageId add_stage(StageState stage, DerivedStage derived);
  void set_output(StageId id) { state.output_ = id; }
  void add_packed(PackedInput packed) { state.packed_.push_back(std::move(packed)); }
  // Starts anew with another algorithm of the program.
  void choose(const Program::Alternative& alternative);

  // Makes a stage with a fresh nest for a definition.
  static StageState fresh_nest(std::shared_ptr<const Stage> def);

  // Recomputes the extents of everything computed inside other stages; to be called after a change of loops or places.
  // The reason when a stage can no longer be where it is, or a limit is broken.
  std::optional<Illegal> refresh();
};

// What each action demands and does; the editor's state is spoilt when a reason is returned.
std::optional<Illegal> apply_action(StateEditor& editor, const Split& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Fuse& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Reorder& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Vectorize& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Unroll& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Parallel& action);
std::optional<Illegal> apply_action(StateEditor& editor, const ComputeAt& action);
std::optional<Illegal> apply_action(StateEditor& editor, const ComputeRoot& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Inline& action);
std::optional<Illegal> apply_action(StateEditor& editor, const CacheWrite& action);
std::optional<Illegal> apply_action(StateEditor& editor, const CacheRead& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Rfactor& action);
std::optional<Illegal> apply_action(StateEditor& editor, const StoreIn& action);
std::optional<Illegal> apply_action(StateEditor& editor, const Pack& action);
std::optional<Illegal> apply_action(StateEditor& editor, const UnrollLimit& action);
std::optional<Illegal> apply_action(StateEditor& editor, const ChooseAlgorithm& action);

// Shared by the actions: a stage by name with a nest of its own (not inlined), and a loop of it.
Result<StageId, Illegal> find_nest(const State& state, const Name& stage);
Result<VarId, Illegal> find_loop(const State& state, StageId stage, const Name& loop);
// A reason unless this can be the name of a new stage: neither a stage nor an input has it.
std::optional<Illegal> check_new_stage(const State& state, const Name& name);
// A reason unless no stage is computed at this loop.
std::optional<Illegal> check_hosts_nothing(const State& state, StageId stage, VarId loop);
// A reason unless the limits on vector lanes, unrolled copies, stack and parallel loops hold for the stage's nest.
std::optional<Illegal> check_limits(const State& state, StageId stage);

}  // namespace tilecast
