// Runs through a stage's loops as generated code would, to check what is inferred about them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "schedule/state.h"

namespace tilecast::testing {

// Calls `visit(outer, axes)` for every iteration that computes something: `outer` is the number of the iteration of the
// loops before position `depth`, `axes` the values of the stage's axes (from 0). Iterations beyond the end of a split
// loop are left out, as in a nest of its own.
inline void walk_nest(const StageState& s, std::size_t depth,
                      const std::function<void(std::int64_t, const std::vector<std::int64_t>&)>& visit) {
  std::int64_t count = 1;
  std::int64_t inside = 1;
  for (std::size_t p = 0; p < s.loops.size(); ++p) {
    count *= s.loop_at(p).extent;
    if (p >= depth) inside *= s.loop_at(p).extent;
  }
  std::vector<std::int64_t> values(s.vars.size());
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t rest = i;
    for (std::size_t p = s.loops.size(); p-- > 0;) {
      const std::int64_t extent = s.loop_at(p).extent;
      values[static_cast<std::size_t>(s.loops[p])] = rest % extent;
      rest /= extent;
    }
    bool within = true;
    for (std::size_t t = s.transforms.size(); t-- > 0;) {
      const LoopTransform& transform = s.transforms[t];
      const auto a = static_cast<std::size_t>(transform.a);
      const auto b = static_cast<std::size_t>(transform.b);
      const auto c = static_cast<std::size_t>(transform.c);
      if (transform.kind == LoopTransform::Kind::kSplit) {
        values[a] = values[b] * transform.factor + values[c];
        within = within && values[a] < s.vars[a].extent;
      } else {
        values[a] = values[c] / s.vars[b].extent;
        values[b] = values[c] % s.vars[b].extent;
      }
    }
    const auto axes = static_cast<std::ptrdiff_t>(s.def->spatial.size() + s.def->reduction.size());
    if (within) visit(i / inside, {values.begin(), values.begin() + axes});
  }
}

}  // namespace tilecast::testing
