// split, fuse, reorder: how a stage's loops are arranged.
#include <fmt/format.h>

#include <algorithm>

#include "schedule/coverage.h"
#include "schedule/state_editor.h"

namespace tilecast {
namespace {

std::optional<Illegal> check_new_name(const StageState& stage, const Name& name) {
  if (name.empty()) return Illegal{"a loop needs a name"};
  for (const LoopVar& var : stage.vars) {
    if (var.name == name) {
      return Illegal{fmt::format("stage '{}' already has or had a loop '{}'", stage.name().view(), name.view())};
    }
  }
  return std::nullopt;
}

// A loop that a transform may consume: not annotated, and nothing is computed at it.
std::optional<Illegal> check_consumable(const State& state, StageId id, VarId loop) {
  const LoopVar& var = state.stage(id).vars[static_cast<std::size_t>(loop)];
  if (var.annotation != Annotation::kNone) {
    return Illegal{fmt::format("loop '{}' is already vectorized, unrolled or parallel", var.name.view())};
  }
  return check_hosts_nothing(state, id, loop);
}

bool hosts_anything(const State& state, StageId id) {
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const Location& location = state.stage(static_cast<StageId>(i)).location;
    if (location.placement == Placement::kAt && location.host == id) return true;
  }
  return false;
}

// A change of loops affects what is computed inside the stage and, when it is inside another and rounds up, what it
// reads.
std::optional<Illegal> refresh_affected(StateEditor& editor, StageId id) {
  if (!editor.state.rounds_up(id) && !hosts_anything(editor.state, id)) return std::nullopt;
  return editor.refresh();
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const Split& action) {
  const auto id = find_nest(editor.state, action.stage);
  if (!id) return id.error();
  const auto loop = find_loop(editor.state, *id, action.loop);
  if (!loop) return loop.error();
  if (auto illegal = check_consumable(editor.state, *id, *loop)) return illegal;
  const StageState& before = editor.state.stage(*id);
  const LoopVar parent = before.vars[static_cast<std::size_t>(*loop)];
  if (action.factor < 1 || action.factor > parent.extent) {
    return Illegal{fmt::format("factor {} is not between 1 and the extent {} of loop '{}'", action.factor,
                               parent.extent, parent.name.view())};
  }
  if (action.outer == action.inner) return Illegal{"the two new loops need different names"};
  if (auto illegal = check_new_name(before, action.outer)) return illegal;
  if (auto illegal = check_new_name(before, action.inner)) return illegal;
  if (before.vars.size() + 2 > kMaxVars) return Illegal{"the stage has too many loop variables"};

  StageState& s = editor.stage(*id);
  const auto outer = static_cast<VarId>(s.vars.size());
  const auto inner = static_cast<VarId>(outer + 1);
  s.vars.push_back({action.outer, (parent.extent + action.factor - 1) / action.factor, parent.kind});
  s.vars.push_back({action.inner, action.factor, parent.kind});
  s.transforms.push_back({LoopTransform::Kind::kSplit, *loop, outer, inner, action.factor});
  const auto it = std::find(s.loops.begin(), s.loops.end(), *loop);
  *it = outer;
  s.loops.insert(it + 1, inner);
  return refresh_affected(editor, *id);
}

std::optional<Illegal> apply_action(StateEditor& editor, const Fuse& action) {
  const auto id = find_nest(editor.state, action.stage);
  if (!id) return id.error();
  const auto outer = find_loop(editor.state, *id, action.outer);
  if (!outer) return outer.error();
  const auto inner = find_loop(editor.state, *id, action.inner);
  if (!inner) return inner.error();
  for (const VarId loop : {*outer, *inner}) {
    if (auto illegal = check_consumable(editor.state, *id, loop)) return illegal;
  }
  const StageState& before = editor.state.stage(*id);
  const std::size_t position = *before.position(*outer);
  if (*before.position(*inner) != position + 1) {
    return Illegal{fmt::format("loop '{}' is not directly inside loop '{}'", action.inner.view(), action.outer.view())};
  }
  const LoopVar& a = before.vars[static_cast<std::size_t>(*outer)];
  const LoopVar& b = before.vars[static_cast<std::size_t>(*inner)];
  if (a.kind != b.kind) return Illegal{"a spatial loop cannot be fused with a reduction loop"};
  if (auto illegal = check_new_name(before, action.fused)) return illegal;
  if (before.vars.size() + 1 > kMaxVars) return Illegal{"the stage has too many loop variables"};
  if (a.extent > INT32_MAX / b.extent) return Illegal{"the fused loop would have more than 2^31 values"};

  const LoopVar made{action.fused, a.extent * b.extent, a.kind};
  StageState& s = editor.stage(*id);
  const auto fused = static_cast<VarId>(s.vars.size());
  s.vars.push_back(made);
  s.transforms.push_back({LoopTransform::Kind::kFuse, *outer, *inner, fused, 1});
  s.loops[position] = fused;
  s.loops.erase(s.loops.begin() + static_cast<std::ptrdiff_t>(position) + 1);
  return refresh_affected(editor, *id);
}

std::optional<Illegal> apply_action(StateEditor& editor, const Reorder& action) {
  const auto id = find_nest(editor.state, action.stage);
  if (!id) return id.error();
  std::vector<VarId> order;
  std::vector<std::size_t> positions;
  for (const Name& name : action.loops) {
    const auto loop = find_loop(editor.state, *id, name);
    if (!loop) return loop.error();
    if (std::find(order.begin(), order.end(), *loop) != order.end()) {
      return Illegal{fmt::format("loop '{}' is listed twice", name.view())};
    }
    order.push_back(*loop);
    positions.push_back(*editor.state.stage(*id).position(*loop));
  }
  std::sort(positions.begin(), positions.end());
  StageState& s = editor.stage(*id);
  for (std::size_t i = 0; i < order.size(); ++i) s.loops[positions[i]] = order[i];
  for (std::size_t p = 0; p + 1 < s.loops.size(); ++p) {
    if (s.loop_at(p).annotation == Annotation::kVectorized) {
      return Illegal{fmt::format("vectorized loop '{}' would no longer be innermost", s.loop_at(p).name.view())};
    }
  }
  return refresh_affected(editor, *id);
}

}  // namespace tilecast
