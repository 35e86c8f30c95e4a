// The rules that make a schedule, one file each. A rule asks for its open decisions and appends actions.
#pragma once

#include "space/schedule_builder.h"
#include "space/structure.h"

namespace tilecast::rules {

// Inlines every stage whose role says so.
void inline_cheap_stages(ScheduleBuilder& builder, const std::vector<StageRole>& roles);

// Splits a row reduction and computes one vector of partial results in place of scalars (rfactor), or leaves it.
void factor_row_reduction(ScheduleBuilder& builder, StageId stage);

// A loop of a stage, in whose body others are computed.
struct HostLoop {
  Name stage;
  Name loop;
};

struct TileOptions {
  bool fused = true;  // in the nest of the stage that reads it; else in that of a copy (cache_write)
  bool blocked =
      false;  // accumulates a cache-sized block over parts of the reduction; else one register tile over all of it
  std::optional<HostLoop> host = std::nullopt;  // where the copy is computed; else at root, in parallel
};
// Multi-level tiling of a reduction and its consumer: parallel loops, tiles, a register tile; packs constant inputs.
void tile_reduction(ScheduleBuilder& builder, StageId stage, const std::vector<StageRole>& roles, TileOptions options);

// The nest of a stage that tells cases apart, in parallel over blocks of rows. What it reads can be computed block by
// block in the loop that is returned. Fails when there is one row.
std::optional<HostLoop> schedule_case_nest(ScheduleBuilder& builder, StageId stage);

// A nest of its own for a stage at root that nothing has scheduled yet: parallel rows, vectors.
void schedule_root_nest(ScheduleBuilder& builder, StageId stage);

// Chooses where a stage that is still at root without a schedule is computed (root, in the nest that reads it, inline),
// and schedules it there.
void place_stage(ScheduleBuilder& builder, StageId stage);

// Whether no rule has scheduled the stage yet.
bool is_untouched(const StageState& stage);

}  // namespace tilecast::rules
