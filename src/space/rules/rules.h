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

// Splits a tiled reduction into parts that can be computed at once (rfactor, "split-K"), before it is tiled; returns
// the stage of the partial sums, which is to be tiled in its place. The sum over the parts is left as it is.
std::optional<StageId> split_reduction(ScheduleBuilder& builder, StageId stage);

struct TileOptions {
  bool fused = true;  // in the nest of the stage that reads it; else in that of a copy (cache_write)
  bool blocked =
      false;  // accumulates a cache-sized block over parts of the reduction; else one register tile over all of it
  std::optional<HostLoop> host = std::nullopt;  // where the consumer is computed; else at root, in parallel
  bool whole_rows = false;  // no loop around the tiles runs over parts of the consumer's innermost axis
};
// Multi-level tiling of a reduction and its consumer: parallel loops, tiles, a register tile; packs constant inputs.
// Returns the innermost loop around the tiles; nothing when the builder has failed.
std::optional<HostLoop> tile_reduction(ScheduleBuilder& builder, StageId stage, const std::vector<StageRole>& roles,
                                       TileOptions options);

// Several tiled reductions that read each other: the last one (see chain_end) in parallel over blocks of rows, the
// others and what is computed between them block by block in its nest. Fails when a block would need rows of other
// blocks.
//   depthwise, then 1 x 1 convolution; scores, softmax, then the product with the values
void schedule_chain(ScheduleBuilder& builder, StageId last, const std::vector<StageRole>& roles);

// The nest of a stage that tells cases apart, in parallel over blocks of rows. What it reads can be computed block by
// block in the loop that is returned. Fails when there is one row.
std::optional<HostLoop> schedule_case_nest(ScheduleBuilder& builder, StageId stage);

// A nest of its own for a stage at root that nothing has scheduled yet: parallel rows, vectors.
void schedule_root_nest(ScheduleBuilder& builder, StageId stage);

// Chooses where a stage that is still at root without a schedule is computed (root, in the nest that reads it, inline),
// and schedules it there.
void place_stage(ScheduleBuilder& builder, StageId stage);

// Computes a stage in the body of a loop of another one, along vectors.
void schedule_in_host(ScheduleBuilder& builder, StageId stage, const HostLoop& host);

// Whether no rule has scheduled the stage yet.
bool is_untouched(const StageState& stage);

}  // namespace tilecast::rules
