// compute_at, compute_root, inline, store_in: where and into what a stage is computed.
#include <fmt/format.h>

#include <algorithm>

#include "schedule/coverage.h"
#include "schedule/state_editor.h"

namespace tilecast {
namespace {

// Whether `inner` is computed, directly or not, inside `outer`.
bool is_inside(const State& state, StageId inner, StageId outer) {
  while (state.stage(inner).location.placement == Placement::kAt) {
    inner = state.stage(inner).location.host;
    if (inner == outer) return true;
  }
  return false;
}

std::optional<Illegal> check_hosts_nothing_at_all(const State& state, StageId id) {
  for (const VarId loop : state.stage(id).loops) {
    if (auto illegal = check_hosts_nothing(state, id, loop)) return illegal;
  }
  return std::nullopt;
}

void reset_extents(StageState& stage) {
  for (std::size_t d = 0; d < stage.spatial_count(); ++d) stage.vars[d].extent = stage.def->spatial[d].extent;
  propagate_extents(stage);
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const ComputeAt& action) {
  const State& state = editor.state;
  const auto id = find_nest(state, action.stage);
  if (!id) return id.error();
  const auto host = find_nest(state, action.host);
  if (!host) return host.error();
  const auto loop = find_loop(state, *host, action.loop);
  if (!loop) return loop.error();
  if (*id == state.output()) return Illegal{"the output is computed in a nest of its own"};
  if (*host == *id || is_inside(state, *host, *id)) return Illegal{"a stage cannot be computed inside itself"};
  if (state.stage(*host).vars[static_cast<std::size_t>(*loop)].annotation == Annotation::kVectorized) {
    return Illegal{fmt::format("loop '{}' is vectorized", action.loop.view())};
  }
  editor.stage(*id).location = {Placement::kAt, *host, *loop};
  if (auto illegal = editor.refresh()) return illegal;
  return check_limits(editor.state, *id);
}

std::optional<Illegal> apply_action(StateEditor& editor, const ComputeRoot& action) {
  const auto id = find_nest(editor.state, action.stage);
  if (!id) return id.error();
  StageState& s = editor.stage(*id);
  s.location = {};
  reset_extents(s);
  if (auto illegal = editor.refresh()) return illegal;
  return check_limits(editor.state, *id);
}

std::optional<Illegal> apply_action(StateEditor& editor, const Inline& action) {
  const State& state = editor.state;
  const auto id = find_nest(state, action.stage);
  if (!id) return id.error();
  const StageState& s = state.stage(*id);
  if (s.def->is_reduction())
    return Illegal{fmt::format("stage '{}' reduces and cannot be inlined", action.stage.view())};
  if (*id == state.output()) return Illegal{"the output cannot be inlined"};
  const bool annotated =
      std::any_of(s.vars.begin(), s.vars.end(), [](const LoopVar& var) { return var.annotation != Annotation::kNone; });
  if (!s.transforms.empty() || annotated || s.storage != Storage::kAuto) {
    return Illegal{fmt::format("the nest of stage '{}' was scheduled already", action.stage.view())};
  }
  if (auto illegal = check_hosts_nothing_at_all(state, *id)) return illegal;
  for (const DerivedStage& derived : state.derived()) {
    if (derived.stage == *id || derived.reader == *id || derived.source == state.buffer_of(*id)) {
      return Illegal{fmt::format("stage '{}' takes part in a cache or rfactor", action.stage.view())};
    }
  }
  StageState& changed = editor.stage(*id);
  changed.location = {Placement::kInlined};
  // An inlined stage has no nest: drop the order of loops so that equal states compare equal.
  changed.loops = StateEditor::fresh_nest(changed.def).loops;
  reset_extents(changed);
  return editor.refresh();
}

std::optional<Illegal> apply_action(StateEditor& editor, const StoreIn& action) {
  const auto id = find_nest(editor.state, action.stage);
  if (!id) return id.error();
  if (*id == editor.state.output()) return Illegal{"the output is stored where the caller says"};
  editor.stage(*id).storage = action.storage;
  return check_limits(editor.state, *id);
}

}  // namespace tilecast
