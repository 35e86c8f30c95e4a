// State: the loop structure of a program after some actions. A value: `apply` returns a new one. States share the
// stages that an action leaves alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/name.h"
#include "ir/compute_dag.h"
#include "schedule/action.h"
#include "schedule/packing.h"

namespace tilecast {

enum class LoopKind : std::uint8_t { kSpatial, kReduction };
enum class Annotation : std::uint8_t { kNone, kVectorized, kUnrolled, kParallel };

// A loop variable of a stage: an axis, or what a split or fuse made. Those that a transform consumed are no longer
// loops but keep their number.
struct LoopVar {
  Name name;
  std::int64_t extent = 1;
  LoopKind kind = LoopKind::kSpatial;
  Annotation annotation = Annotation::kNone;
  bool operator==(const LoopVar&) const = default;
};
using VarId = std::int16_t;

// split: `a` into outer `b` and inner `c` of extent `factor`. fuse: outer `a` and inner `b` into `c`.
struct LoopTransform {
  enum class Kind : std::uint8_t { kSplit, kFuse } kind = Kind::kSplit;
  VarId a = 0, b = 0, c = 0;
  std::int64_t factor = 1;
  bool operator==(const LoopTransform&) const = default;
};

using StageId = std::int16_t;

enum class Placement : std::uint8_t { kRoot, kInlined, kAt };

// Where a stage is computed: in a nest of its own, inside its readers' expressions, or in the body of `host`'s loop
// `loop`.
struct Location {
  Placement placement = Placement::kRoot;
  StageId host = -1;
  VarId loop = -1;
  bool operator==(const Location&) const = default;
};

// A stage with its loop nest. Variables 0 … spatial-1 are the spatial axes, then come the reduction axes (both
// innermost first, as in Stage), then what transforms made.
struct StageState {
  std::shared_ptr<const Stage> def;
  std::vector<LoopVar> vars;
  std::vector<LoopTransform> transforms;  // in the order of application
  std::vector<VarId> loops;               // the nest, outermost first
  Location location;
  Storage storage = Storage::kAuto;
  // Reads that were redirected to a copy (cache_write, cache_read): from -> to.
  std::vector<std::pair<BufferId, BufferId>> redirects;

  const Name& name() const { return def->name; }
  std::size_t spatial_count() const { return def->spatial.size(); }
  std::optional<VarId> find_loop(const Name& loop) const;  // among the current loops
  std::optional<std::size_t> position(VarId var) const;    // in `loops`
  BufferId source(BufferId read) const;                    // after redirection
  const LoopVar& loop_at(std::size_t position) const { return vars[static_cast<std::size_t>(loops[position])]; }
  bool operator==(const StageState&) const = default;
};

// How a stage of the State that is not in the ComputeDag came about; in the order of creation.
struct DerivedStage {
  enum class Kind : std::uint8_t { kCacheWrite, kCacheRead, kRfactor } kind = Kind::kCacheWrite;
  StageId stage = -1;    // the new stage
  BufferId source = -1;  // cache_write, cache_read: the buffer that is copied. rfactor: the stage that was factored
  StageId reader = -1;   // cache_read: who reads the copy
  std::vector<LoopVar> vars;  // rfactor: the factored stage's variables and transforms at that moment
  std::vector<LoopTransform> transforms;
  VarId loop = -1;  // rfactor: the loop that became an axis
  bool operator==(const DerivedStage&) const = default;
};

// The layout of a packed constant input.
struct PackedInput {
  BufferId input = 0;
  std::vector<PackPart> parts;
  bool operator==(const PackedInput&) const = default;
};

class State {
 public:
  // Every stage in a nest of its own, loops in the order of the axes (outermost = last axis; reduction loops inside the
  // spatial ones), no annotation. `program` must have at least one alternative.
  static State initial(std::shared_ptr<const Program> program);

  const Program& program() const { return *program_; }
  const ComputeDag& dag() const { return *dag_; }
  const Name& algorithm() const { return algorithm_; }

  std::size_t stage_count() const { return stages_.size(); }
  const StageState& stage(StageId id) const { return *stages_[static_cast<std::size_t>(id)]; }
  std::optional<StageId> find_stage(const Name& name) const;
  StageId output() const { return output_; }
  std::span<const DerivedStage> derived() const { return derived_; }
  std::span<const PackedInput> packed() const { return packed_; }
  const PackedInput* packed_input(BufferId input) const;
  // How the program takes the input's data.
  ConstantLayout constant_layout(BufferId input) const;

  // Buffers: inputs of the DAG, then this State's stages. Stages of the DAG keep their numbers; new ones come after.
  bool is_input(BufferId id) const { return dag_->is_input(id); }
  StageId stage_of(BufferId id) const { return static_cast<StageId>(id - static_cast<BufferId>(dag_->inputs.size())); }
  BufferId buffer_of(StageId id) const {
    return static_cast<BufferId>(static_cast<std::size_t>(id) + dag_->inputs.size());
  }

  // Stages that read `buffer` themselves (an inlined reader counts as itself), in order of number.
  std::vector<StageId> readers(BufferId buffer) const;
  // Stages whose nests read `buffer`: inlined readers replaced by those who read them.
  std::vector<StageId> computed_readers(BufferId buffer) const;
  // Stages in an order in which each comes after everything that it reads.
  std::vector<StageId> topological_order() const;
  // Stages computed at this loop of this stage, in topological order.
  std::vector<StageId> hosted(StageId host, VarId loop) const;

  // How many values of each axis (spatial, then reduction) the loops of the stage at positions >= `depth` run over.
  // Entries are at least 1. A stage that is rounded up counts what it computes beyond its region.
  std::vector<std::int64_t> coverage(StageId stage, std::size_t depth) const;
  // Extents of the box of `buffer` that the loops of `host` at positions >= `depth` read, together with everything
  // computed inside them; innermost dimension first. Zeros when they do not read it.
  std::vector<std::int64_t> footprint(BufferId buffer, StageId host, std::size_t depth) const;
  // Extents of what is computed of a stage each time that its nest runs (its region); innermost first.
  std::vector<std::int64_t> region(StageId stage) const;
  // True when splits of spatial loops that do not divide compute more (the stage is inside another), rather than guard.
  bool rounds_up(StageId stage) const { return this->stage(stage).location.placement == Placement::kAt; }

 private:
  friend struct StateEditor;  // schedule/state_editor.h: the only place that changes a State, for actions/
  std::shared_ptr<const Program> program_;
  std::shared_ptr<const ComputeDag> dag_;
  Name algorithm_;
  std::vector<std::shared_ptr<const StageState>> stages_;
  std::vector<DerivedStage> derived_;
  std::vector<PackedInput> packed_;
  StageId output_ = 0;
};

// A new State, or why the action is illegal in this one. The second form takes the argument's memory, unless the action
// is illegal: then the argument is a State still.
Result<State, Illegal> apply(const State& state, const Action& action);
Result<State, Illegal> apply(State&& state, const Action& action);
// Applies all; the reason of a failure names the step.
Result<State, Illegal> replay(const State& initial, std::span<const Action> actions);

// Version of the program text; raised with every change of its form.
inline constexpr int kProgramTextVersion = 1;
// The canonical print: loop nests with extents, annotations, storage and statements. Names are replaced by numbers in
// order of appearance, so that states that differ in names only print the same.
std::string program_text(const State& state);

}  // namespace tilecast
