// vectorize, unroll, parallel, unroll limit: how a loop runs.
#include <fmt/format.h>

#include "schedule/state_editor.h"

namespace tilecast {
namespace {

struct Place {
  StageId stage = 0;
  VarId loop = 0;
};

Result<Place, Illegal> find_plain_loop(const State& state, const Name& stage, const Name& loop) {
  const auto id = find_nest(state, stage);
  if (!id) return id.error();
  const auto var = find_loop(state, *id, loop);
  if (!var) return var.error();
  if (state.stage(*id).vars[static_cast<std::size_t>(*var)].annotation != Annotation::kNone) {
    return Illegal{fmt::format("loop '{}' is already vectorized, unrolled or parallel", loop.view())};
  }
  return Place{*id, *var};
}

void annotate(StateEditor& editor, const Place& place, Annotation annotation) {
  editor.stage(place.stage).vars[static_cast<std::size_t>(place.loop)].annotation = annotation;
}

// The limits of every stage whose nest the loop is part of: its own and those computed inside it.
std::optional<Illegal> check_affected(const State& state, StageId changed) {
  if (auto illegal = check_limits(state, changed)) return illegal;
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const auto id = static_cast<StageId>(i);
    if (state.stage(id).location.placement != Placement::kAt) continue;
    if (auto illegal = check_limits(state, id)) return illegal;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Illegal> apply_action(StateEditor& editor, const Vectorize& action) {
  const auto place = find_plain_loop(editor.state, action.stage, action.loop);
  if (!place) return place.error();
  const StageState& s = editor.state.stage(place->stage);
  const LoopVar& loop = s.vars[static_cast<std::size_t>(place->loop)];
  if (loop.kind != LoopKind::kSpatial) {
    return Illegal{fmt::format("loop '{}' reduces; use rfactor to vectorize a reduction", loop.name.view())};
  }
  if (s.loops.back() != place->loop) return Illegal{fmt::format("loop '{}' is not innermost", loop.name.view())};
  if (loop.extent < 2 || loop.extent > kMaxVectorLanes) {
    return Illegal{fmt::format("loop '{}' has {} values; a vector has 2 to {} lanes", loop.name.view(), loop.extent,
                               kMaxVectorLanes)};
  }
  if (auto illegal = check_hosts_nothing(editor.state, place->stage, place->loop)) return illegal;
  annotate(editor, *place, Annotation::kVectorized);
  return std::nullopt;
}

std::optional<Illegal> apply_action(StateEditor& editor, const Unroll& action) {
  const auto place = find_plain_loop(editor.state, action.stage, action.loop);
  if (!place) return place.error();
  annotate(editor, *place, Annotation::kUnrolled);
  return check_affected(editor.state, place->stage);
}

std::optional<Illegal> apply_action(StateEditor& editor, const Parallel& action) {
  const auto place = find_plain_loop(editor.state, action.stage, action.loop);
  if (!place) return place.error();
  if (editor.state.stage(place->stage).vars[static_cast<std::size_t>(place->loop)].kind != LoopKind::kSpatial) {
    return Illegal{fmt::format("loop '{}' reduces; its iterations are not independent", action.loop.view())};
  }
  annotate(editor, *place, Annotation::kParallel);
  return check_affected(editor.state, place->stage);
}

std::optional<Illegal> apply_action(StateEditor& editor, const UnrollLimit& action) {
  const auto id = find_nest(editor.state, action.stage);
  if (!id) return id.error();
  if (action.max_steps < 0 || action.max_steps > kMaxUnrolledBody) {
    return Illegal{fmt::format("the limit {} is not between 0 and {}", action.max_steps, kMaxUnrolledBody)};
  }
  StageState& s = editor.stage(*id);
  std::int64_t copies = 1;
  for (std::size_t p = s.loops.size(); p-- > 0;) {
    LoopVar& loop = s.vars[static_cast<std::size_t>(s.loops[p])];
    if (loop.annotation == Annotation::kVectorized) continue;
    if (loop.annotation == Annotation::kParallel || check_hosts_nothing(editor.state, *id, s.loops[p])) break;
    copies *= loop.extent;
    if (copies > action.max_steps) break;
    loop.annotation = Annotation::kUnrolled;
  }
  return check_affected(editor.state, *id);
}

}  // namespace tilecast
