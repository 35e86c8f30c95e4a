// The register tile: how many accumulators, and in what shape.
#pragma once

#include <vector>

#include "space/schedule_builder.h"

namespace tilecast::rules {

// Extents of the innermost tile of each axis (innermost axis first); the first is `lanes` times a number of vectors.
struct RegisterTile {
  std::int64_t lanes = 1;
  std::vector<std::int64_t> extents;
};

// Draws a tile whose accumulators fit the vector registers beside the operands. Shapes that keep the multipliers busy
// (many accumulators a loaded vector) and waste little at the edges are likelier.
// `reused` says of each axis whether rows along it share a loaded vector; a batch's rows do not, and are taken only
// where there are no others.
RegisterTile choose_register_tile(ScheduleBuilder& builder, const Name& stage, const std::vector<std::int64_t>& extents,
                                  const std::vector<bool>& reused);

}  // namespace tilecast::rules
