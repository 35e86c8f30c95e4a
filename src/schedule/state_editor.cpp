#include "schedule/state_editor.h"

#include <fmt/format.h>

#include <array>

#include "schedule/coverage.h"
#include "schedule/region.h"

namespace tilecast {

StageState& StateEditor::stage(StageId id) {
  auto& shared = state.stages_[static_cast<std::size_t>(id)];
  if (shared.use_count() != 1) shared = std::make_shared<const StageState>(*shared);
  // Sole owner, and created as a non-const object above or in add_stage.
  return const_cast<StageState&>(*shared);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

StageId StateEditor::add_stage(StageState added, DerivedStage derived) {
  const auto id = static_cast<StageId>(state.stages_.size());
  state.stages_.push_back(std::make_shared<StageState>(std::move(added)));
  derived.stage = id;
  state.derived_.push_back(std::move(derived));
  return id;
}

void StateEditor::choose(const Program::Alternative& alternative) {
  state.algorithm_ = alternative.algorithm;
  state.dag_ = alternative.dag;
  state.stages_.clear();
  for (const Stage& def : alternative.dag->stages) {
    // The definition lives as long as its DAG.
    std::shared_ptr<const Stage> shared(alternative.dag, &def);
    state.stages_.push_back(std::make_shared<StageState>(fresh_nest(std::move(shared))));
  }
  state.derived_.clear();
  state.packed_.clear();
  state.output_ = static_cast<StageId>(state.stages_.size() - 1);
}

StageState StateEditor::fresh_nest(std::shared_ptr<const Stage> def) {
  StageState s;
  s.def = std::move(def);
  for (const Axis& axis : s.def->spatial) s.vars.push_back({axis.name, axis.extent, LoopKind::kSpatial});
  for (const Axis& axis : s.def->reduction) s.vars.push_back({axis.name, axis.extent, LoopKind::kReduction});
  const auto spatial = static_cast<VarId>(s.def->spatial.size());
  for (VarId v = spatial; v-- > 0;) s.loops.push_back(v);
  for (auto v = static_cast<VarId>(s.vars.size()); v-- > spatial;) s.loops.push_back(v);
  return s;
}

std::optional<Illegal> StateEditor::refresh() {
  // Readers come first: the region of what they read depends on theirs.
  const std::vector<StageId> order = state.topological_order();
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    const Location location = state.stage(*it).location;
    if (location.placement != Placement::kAt) continue;
    Result<std::vector<std::int64_t>, Illegal> extents = required_region(state, *it, location.host, location.loop);
    if (!extents) return std::move(extents).error();
    const StageState& before = state.stage(*it);
    bool changed = false;
    for (std::size_t d = 0; d < extents->size(); ++d) changed |= before.vars[d].extent != (*extents)[d];
    if (!changed) continue;
    StageState& s = stage(*it);
    for (std::size_t d = 0; d < extents->size(); ++d) s.vars[d].extent = (*extents)[d];
    propagate_extents(s);
  }
  for (const StageId id : order) {
    if (state.stage(id).location.placement != Placement::kAt) continue;
    if (auto illegal = check_limits(state, id)) return illegal;
  }
  return std::nullopt;
}

Result<StageId, Illegal> find_nest(const State& state, const Name& stage) {
  const std::optional<StageId> id = state.find_stage(stage);
  if (!id) return Illegal{fmt::format("there is no stage '{}'", stage.view())};
  if (state.stage(*id).location.placement == Placement::kInlined) {
    return Illegal{fmt::format("stage '{}' is inlined", stage.view())};
  }
  return *id;
}

Result<VarId, Illegal> find_loop(const State& state, StageId stage, const Name& loop) {
  const std::optional<VarId> var = state.stage(stage).find_loop(loop);
  if (!var) return Illegal{fmt::format("stage '{}' has no loop '{}'", state.stage(stage).name().view(), loop.view())};
  return *var;
}

std::optional<Illegal> check_new_stage(const State& state, const Name& name) {
  if (name.empty()) return Illegal{"a stage needs a name"};
  if (state.find_stage(name)) return Illegal{fmt::format("there already is a stage '{}'", name.view())};
  for (const DagInput& input : state.dag().inputs) {
    if (input.name == name) return Illegal{fmt::format("there already is an input '{}'", name.view())};
  }
  return std::nullopt;
}

std::optional<Illegal> check_hosts_nothing(const State& state, StageId stage, VarId loop) {
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const StageState& other = state.stage(static_cast<StageId>(i));
    if (other.location == Location{Placement::kAt, stage, loop}) {
      return Illegal{fmt::format("stage '{}' is computed at this loop", other.name().view())};
    }
  }
  return std::nullopt;
}

namespace {

// Product of the unrolled extents, and the number of parallel loops, of the loops around position `end` of the stage
// and of the stages that it is inside of.
struct Surroundings {
  std::int64_t unrolled = 1;
  int parallel = 0;
};

Surroundings surroundings(const State& state, StageId id, std::size_t end) {
  Surroundings result;
  while (true) {
    const StageState& s = state.stage(id);
    for (std::size_t p = 0; p < end; ++p) {
      const LoopVar& loop = s.loop_at(p);
      if (loop.annotation == Annotation::kUnrolled) result.unrolled *= loop.extent;
      if (loop.annotation == Annotation::kParallel) ++result.parallel;
    }
    if (s.location.placement != Placement::kAt) return result;
    end = *state.stage(s.location.host).position(s.location.loop) + 1;
    id = s.location.host;
  }
}

std::int64_t computed_bytes(const StageState& s) {
  std::int64_t bytes = data_type_size(s.def->type);
  CoverArray covers;
  cover_vars(s, 0, true, covers);
  for (std::size_t d = 0; d < s.spatial_count(); ++d) bytes *= covers[d].extent;
  return bytes;
}

// A fused loop that is rounded up would run on into rows that are not there.
std::optional<Illegal> check_fused_splits(const StageState& s) {
  std::array<bool, kMaxVars> fused{};
  for (const LoopTransform& t : s.transforms) {
    const auto a = static_cast<std::size_t>(t.a);
    const auto b = static_cast<std::size_t>(t.b);
    const auto c = static_cast<std::size_t>(t.c);
    if (t.kind == LoopTransform::Kind::kFuse) {
      fused[c] = true;
      continue;
    }
    fused[b] = fused[c] = fused[a];
    if (fused[a] && s.vars[a].kind == LoopKind::kSpatial && s.vars[a].extent % t.factor != 0) {
      return Illegal{
          fmt::format("factor {} does not divide the {} values of loop '{}', which is fused, in a stage that is "
                      "computed inside another",
                      t.factor, s.vars[a].extent, s.vars[a].name.view())};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Illegal> check_limits(const State& state, StageId id) {
  const StageState& s = state.stage(id);
  const Surroundings around = surroundings(state, id, s.loops.size());
  if (around.parallel > 1)
    return Illegal{fmt::format("stage '{}' would have a parallel loop inside another", s.name().view())};
  if (around.unrolled > kMaxUnrolledBody) {
    return Illegal{fmt::format("unrolling makes {} copies of stage '{}'; at most {} are allowed", around.unrolled,
                               s.name().view(), kMaxUnrolledBody)};
  }
  if (s.location.placement == Placement::kAt) {
    if (auto illegal = check_fused_splits(s)) return illegal;
  }
  for (const VarId v : s.loops) {
    const LoopVar& loop = s.vars[static_cast<std::size_t>(v)];
    if (loop.annotation == Annotation::kVectorized && loop.extent > kMaxVectorLanes) {
      return Illegal{fmt::format("loop '{}' has {} values; a vector has at most {} lanes", loop.name.view(),
                                 loop.extent, kMaxVectorLanes)};
    }
  }
  if (s.storage == Storage::kStack || s.storage == Storage::kRegister) {
    if (s.location.placement != Placement::kAt) {
      return Illegal{fmt::format("stage '{}' is stored on the stack but not computed inside another", s.name().view())};
    }
    if (computed_bytes(s) > kMaxStackBytes) {
      return Illegal{fmt::format("stage '{}' needs {} bytes of stack; at most {} are allowed", s.name().view(),
                                 computed_bytes(s), kMaxStackBytes)};
    }
  }
  return std::nullopt;
}

}  // namespace tilecast
