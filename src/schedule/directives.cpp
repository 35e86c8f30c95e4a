#include "schedule/directives.h"

#include "schedule/coverage.h"

namespace tilecast {
namespace {

using directive::Definition;
using directive::Tail;

Name buffer_name(const State& state, BufferId buffer) {
  return state.is_input(buffer) ? state.dag().inputs[static_cast<std::size_t>(buffer)].name
                                : state.stage(state.stage_of(buffer)).name();
}

class Emitter {
 public:
  explicit Emitter(const State& state) : state_(state) {}

  std::vector<Directive> emit() {
    for (const DerivedStage& derived : state_.derived()) emit_derived(derived);
    for (const StageId id : state_.topological_order()) {
      if (state_.stage(id).location.placement != Placement::kInlined) emit_stage(id);
    }
    return std::move(directives_);
  }

 private:
  const LoopVar& var(const std::vector<LoopVar>& vars, VarId id) { return vars[static_cast<std::size_t>(id)]; }

  void emit_transforms(const Name& stage, const std::vector<LoopVar>& vars,
                       const std::vector<LoopTransform>& transforms, Definition definition, bool spatial_only,
                       bool rounds_up) {
    const std::array<bool, kMaxVars> guarded = guarded_vars(transforms);
    for (const LoopTransform& t : transforms) {
      const LoopVar& a = var(vars, t.a);
      const bool reduction = a.kind == LoopKind::kReduction;
      if (spatial_only && reduction) continue;
      const Name& b = var(vars, t.b).name;
      const Name& c = var(vars, t.c).name;
      if (t.kind == LoopTransform::Kind::kFuse) {
        directives_.push_back(directive::Fuse{stage, definition, a.name, b, c, reduction});
        continue;
      }
      const bool rounds = rounds_up && !reduction && !guarded[static_cast<std::size_t>(t.a)];
      const Tail tail = rounds ? Tail::kRoundUp : Tail::kGuardWithIf;
      directives_.push_back(directive::Split{stage, definition, a.name, b, c, t.factor, reduction, tail});
    }
  }

  void emit_derived(const DerivedStage& derived) {
    const Name& made = state_.stage(derived.stage).name();
    const Name source = buffer_name(state_, derived.source);
    switch (derived.kind) {
      case DerivedStage::Kind::kCacheWrite:
        directives_.push_back(directive::CacheWrite{source, made});
        return;
      case DerivedStage::Kind::kCacheRead:
        directives_.push_back(directive::CacheRead{source, state_.stage(derived.reader).name(), made});
        return;
      case DerivedStage::Kind::kRfactor:
        emit_transforms(source, derived.vars, derived.transforms, Definition::kUpdate, false, false);
        const Name& axis = state_.stage(derived.stage).def->spatial.back().name;
        directives_.push_back(directive::Rfactor{source, var(derived.vars, derived.loop).name, made, axis});
        return;
    }
  }

  void emit_nest(const StageState& s, Definition definition, bool spatial_only, bool rounds_up) {
    emit_transforms(s.name(), s.vars, s.transforms, definition, spatial_only, rounds_up);
    std::vector<Name> order;
    for (auto it = s.loops.rbegin(); it != s.loops.rend(); ++it) {
      const LoopVar& loop = var(s.vars, *it);
      if (!spatial_only || loop.kind == LoopKind::kSpatial) order.push_back(loop.name);
    }
    if (order.size() > 1) directives_.push_back(directive::Reorder{s.name(), definition, order});
    for (const VarId v : s.loops) {
      const LoopVar& loop = var(s.vars, v);
      if (loop.annotation == Annotation::kNone || (spatial_only && loop.kind == LoopKind::kReduction)) continue;
      directives_.push_back(directive::Annotate{s.name(), definition, loop.name, loop.annotation});
    }
  }

  void emit_stage(StageId id) {
    const StageState& s = state_.stage(id);
    if (s.location.placement == Placement::kAt) {
      const StageState& host = state_.stage(s.location.host);
      const Definition definition = host.def->is_reduction() ? Definition::kUpdate : Definition::kPure;
      directives_.push_back(
          directive::ComputeAt{s.name(), host.name(), definition, var(host.vars, s.location.loop).name});
      // What splits round up to belongs to the buffer as well.
      CoverArray covers;
      cover_vars(s, 0, true, covers);
      for (std::size_t d = 0; d < s.spatial_count(); ++d) {
        directives_.push_back(directive::BoundExtent{s.name(), s.def->spatial[d].name, covers[d].extent});
      }
    } else if (id != state_.output()) {
      directives_.push_back(directive::ComputeRoot{s.name()});
    }
    if (s.storage != Storage::kAuto) directives_.push_back(directive::StoreIn{s.name(), s.storage});
    // The initial value of a reduction is written by a nest that follows the spatial loops of the update.
    emit_nest(s, Definition::kPure, true, state_.rounds_up(id));
    if (s.def->is_reduction()) emit_nest(s, Definition::kUpdate, false, state_.rounds_up(id));
  }

  const State& state_;
  std::vector<Directive> directives_;
};

}  // namespace

std::vector<Directive> to_directives(const State& state) {
  return Emitter(state).emit();
}

}  // namespace tilecast
