#include <algorithm>
#include <cmath>

#include "space/rules/loops.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

constexpr double kMaxRedundancy = 4;
constexpr double kMostlyPadding = 4;
// Up to so many reads of each element, a select a read costs less than writing a padded copy: windows of 3 x 3 in steps
// of 2 read an element 2.25 times, in steps of 1 nine times.
constexpr double kFewReads = 4;
constexpr std::int32_t kRoot = 0;
constexpr std::int32_t kInline = 1;
constexpr std::int32_t kFirstLoop = 2;

// The stage at root in whose nest this one is computed (itself when it is at root).
StageId outermost_host(const State& state, StageId id) {
  while (state.stage(id).location.placement == Placement::kAt) id = state.stage(id).location.host;
  return id;
}

std::optional<StageId> common_host(const State& state, StageId id) {
  std::optional<StageId> host;
  for (const StageId reader : state.computed_readers(state.buffer_of(id))) {
    const StageId outermost = outermost_host(state, reader);
    if (host && *host != outermost) return std::nullopt;
    host = outermost;
  }
  return host;
}

// Whether the stage is one buffer with something around it.
bool is_padding(const StageState& s) {
  return !s.def->is_reduction() && s.def->accesses.size() == 1 && s.def->counts.select > 0;
}

// Whether most of the stage's elements are none of the buffer that it reads: padding around little. Inlined, taps that
// meet nothing but padding vanish where they are unrolled.
bool is_mostly_padding(const State& state, const StageState& s) {
  if (!is_padding(s)) return false;
  const double read = buffer_elements(state, s.source(s.def->accesses.front().buffer));
  return stage_elements(*s.def) > kMostlyPadding * read;
}

// Whether only reductions read the stage, and each of its elements few times.
bool is_seldom_read(const State& state, StageId id) {
  double reads = 0;
  for (const StageId reader : state.computed_readers(state.buffer_of(id))) {
    const Stage& def = *state.stage(reader).def;
    if (!def.is_reduction()) return false;
    reads += stage_elements(def) * term_count(def);
  }
  return reads > 0 && reads <= kFewReads * stage_elements(*state.stage(id).def);
}

// Loops of the host at which the stage could be computed, with how often likely: the more it computes twice, the less.
void add_loops(const State& state, StageId id, StageId host, std::vector<Option>& options) {
  const StageState& h = state.stage(host);
  for (std::size_t p = 0; p < h.loops.size(); ++p) {
    const LoopVar& loop = h.loop_at(p);
    if (loop.annotation == Annotation::kVectorized || loop.annotation == Annotation::kUnrolled) return;
    const auto computed = redundancy(state, id, host, p);
    if (!computed || *computed > kMaxRedundancy) return;
    const double times = std::max(1.0, *computed);
    options.push_back({static_cast<std::int32_t>(kFirstLoop + p), 1.5 / (times * times)});
  }
}

bool can_inline(const StageState& s) {
  return !s.def->is_reduction() && s.redirects.empty();
}

// A stage inside another: vectors along its innermost axis, or along `v` for partial results.
void schedule_inner_nest(ScheduleBuilder& builder, StageId id) {
  const Name stage = builder.state().stage(id).name();
  std::vector<Name> rows;
  for (const VarId v : builder.stage(stage).loops) {
    rows.push_back(builder.stage(stage).vars[static_cast<std::size_t>(v)].name);
  }
  const std::vector<Name> cases = split_cases(builder, id, rows);
  const StageState s = builder.stage(stage);
  if (s.spatial_count() == 0) return;
  std::size_t axis = 0;
  for (std::size_t d = 1; d < s.spatial_count(); ++d) {
    if (s.vars[axis].extent == 1) axis = d;
  }
  const Name loop = s.vars[axis].name;
  const std::int64_t extent = s.vars[axis].extent;
  std::int64_t lanes = builder.vector_lanes();
  while (lanes > 1 && (extent % lanes != 0 && lanes > 4)) lanes /= 2;
  if (extent % lanes != 0) lanes = extent >= builder.vector_lanes() ? builder.vector_lanes() : extent;
  if (lanes < 2 || lanes > kMaxVectorLanes) return;
  const SplitLoops split = split_loop(builder, stage, loop, lanes, ".o", ".v");
  std::vector<Name> order;
  for (const Name& name : rows) {
    if (name != loop) order.push_back(name);
  }
  // Partial results stay in registers while the reduction runs: their vectors are innermost.
  std::optional<Name> unrolled;
  if (split.outer) {
    const bool few = loop_extent(builder, stage, *split.outer) <= 8;
    if (s.def->is_reduction() && few) {
      order.push_back(*split.outer);
      unrolled = split.outer;
    } else {
      order.insert(
          s.def->is_reduction() ? order.end() - static_cast<std::ptrdiff_t>(s.def->reduction.size()) : order.end(),
          *split.outer);
    }
  }
  if (const auto along = transposed_axis(*s.def)) move_to_back(order, s.vars[*along].name);
  order.insert(order.end(), cases.begin(), cases.end());
  order.push_back(split.inner);
  builder.apply(Reorder{stage, order});
  builder.apply(Vectorize{stage, split.inner});
  for (const Name& name : cases) builder.apply(Unroll{stage, name});
  if (unrolled && loop_extent(builder, stage, *unrolled) > 1) builder.apply(Unroll{stage, *unrolled});
}

}  // namespace

void schedule_in_host(ScheduleBuilder& builder, StageId id, const HostLoop& host) {
  builder.apply(ComputeAt{builder.state().stage(id).name(), host.stage, host.loop});
  if (!builder.failed()) schedule_inner_nest(builder, id);
}

void place_stage(ScheduleBuilder& builder, StageId id) {
  if (builder.failed()) return;
  const State& state = builder.state();
  const StageState& s = state.stage(id);
  const Name stage = s.name();
  const std::optional<StageId> host = common_host(state, id);
  std::vector<Option> options = {{kRoot, 1}};
  if (can_inline(s)) {
    const double otherwise = s.def->counts.float_math > 0 ? 0.2 : 0.05;
    const bool cheap = is_mostly_padding(state, s) || (is_padding(s) && is_seldom_read(state, id));
    options.push_back({kInline, cheap ? 2 : otherwise});
  }
  if (host) add_loops(state, id, *host, options);
  const std::int32_t place = builder.choose(stage, "place", 0, options);
  if (place == kRoot) return schedule_root_nest(builder, id);
  if (place == kInline) {
    // Where a copy or a factored reduction stands in the way, a nest of its own does.
    if (!builder.try_apply(Inline{stage})) schedule_root_nest(builder, id);
    return;
  }
  const StageState& h = state.stage(*host);
  schedule_in_host(builder, id, {h.name(), h.loop_at(static_cast<std::size_t>(place - kFirstLoop)).name});
}

}  // namespace tilecast::rules
