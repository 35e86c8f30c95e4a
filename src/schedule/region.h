// Bounds inference on a State: which part of a buffer the loops of a stage need, with all that is computed inside them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedule/state.h"

namespace tilecast {

// An interval whose position depends on loops that stand still: position + [low, high], where position is an integer
// combination of axes of the host stage, divided by `divisor`. `known` is false when the position is not of this form:
// then only the length high - low + 1 means anything.
struct Interval {
  std::vector<AffineTerm> position;  // axes of the host, ordered
  std::int64_t divisor = 1;
  std::int64_t low = 0, high = 0;
  std::int64_t align = 0;  // the position is a multiple of this (before division); 0: the position is 0
  bool known = true;

  std::int64_t extent() const { return high - low + 1; }
};

// How far the nest of one stage is unrolled into view: its loops at positions >= depth run, those outside stand still.
struct Scope {
  StageId host = 0;
  std::size_t depth = 0;
  bool round_up = false;  // splits that do not divide count what they compute beyond the end, guarded or not
};

// The box of `buffer`, innermost dimension first, that is read within the scope; empty when nothing in it reads the
// buffer. `outside` is set when a reader that is not within the scope was found: the buffer cannot be computed there.
std::vector<Interval> required_box(const State& state, BufferId buffer, const Scope& scope, bool& outside);

// Extents of what a stage must compute in the body of a loop of the host, or why it cannot be computed there.
Result<std::vector<std::int64_t>, Illegal> required_region(const State& state, StageId stage, StageId host, VarId loop);

// Which dimensions of an input (innermost first) some stage may read outside of the buffer, since tiles were rounded
// up: such reads must be clamped; their values are not used.
std::vector<bool> overrun_dimensions(const State& state, BufferId input);

}  // namespace tilecast
