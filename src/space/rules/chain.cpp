#include "space/rules/loops.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

// Blocks that compute more than this many times what there is are computed better before all of them.
constexpr double kMaxRedundancy = 1.5;

// By stage: whether a tiled reduction before `last` is what it computes, or what it reads, directly or through others.
std::vector<bool> find_links(const State& state, const std::vector<StageRole>& roles, StageId last) {
  std::vector<bool> linked(state.stage_count(), false);
  for (const StageId id : state.topological_order()) {
    const auto i = static_cast<std::size_t>(id);
    linked[i] = id != last && i < roles.size() && roles[i] == StageRole::kTiledReduction;
    const StageState& s = state.stage(id);
    for (const Access& access : s.def->accesses) {
      const BufferId buffer = s.source(access.buffer);
      if (!state.is_input(buffer) && linked[static_cast<std::size_t>(state.stage_of(buffer))]) linked[i] = true;
    }
  }
  return linked;
}

// The tiled reduction that is computed together with this stage: itself, or the one in whose consumer's place it is.
std::optional<StageId> reduction_of(const State& state, const std::vector<StageRole>& roles, StageId id) {
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] != StageRole::kTiledReduction) continue;
    const auto reduction = static_cast<StageId>(i);
    if (reduction == id || fusable_consumer(state, reduction, roles) == id) return reduction;
  }
  return std::nullopt;
}

// The loop over the rows of an element-wise stage, in whose body there is one row: what the row needs is computed
// there.
std::optional<HostLoop> row_loop(const ScheduleBuilder& builder, StageId id) {
  if (builder.failed()) return std::nullopt;
  const StageState& s = builder.state().stage(id);
  if (s.def->is_reduction() || s.spatial_count() < 2) return std::nullopt;
  const Name row = s.vars[1].name;
  return s.find_loop(row) ? std::optional(HostLoop{s.name(), row}) : std::nullopt;
}

// Rejects a host in which the stage would be computed over and over.
void check_redundancy(ScheduleBuilder& builder, StageId id, const HostLoop& host) {
  if (builder.failed()) return;
  const State& state = builder.state();
  const StageState& h = builder.stage(host.stage);
  const auto times = redundancy(state, id, *state.find_stage(host.stage), *h.position(*h.find_loop(host.loop)));
  if (!times) return builder.reject(times.error().reason);
  if (*times > kMaxRedundancy) builder.reject("blocks of rows share what they read of an earlier reduction");
}

}  // namespace

void schedule_chain(ScheduleBuilder& builder, StageId last, const std::vector<StageRole>& roles) {
  const std::vector<bool> linked = find_links(builder.state(), roles, last);
  const auto host = tile_reduction(builder, last, roles, {.whole_rows = true});
  if (!host) return;
  HostLoop inside = *host;
  // Readers first: a stage moves into a loop once all that read it are there.
  const std::vector<StageId> order = builder.state().topological_order();
  for (auto it = order.rbegin(); it != order.rend() && !builder.failed(); ++it) {
    const auto i = static_cast<std::size_t>(*it);
    if (i >= linked.size() || !linked[i] || !is_untouched(builder.state().stage(*it))) continue;
    check_redundancy(builder, *it, *host);
    if (const auto reduction = reduction_of(builder.state(), roles, *it)) {
      tile_reduction(builder, *reduction, roles, {.host = host});
      inside = *host;
      continue;
    }
    schedule_in_host(builder, *it, inside);
    if (const auto row = row_loop(builder, *it); row && inside.stage == host->stage) inside = *row;
  }
}

}  // namespace tilecast::rules
