#include "schedule/coverage.h"

#include <algorithm>
#include <numeric>

namespace tilecast {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

Cover cover_of_split(const Cover& outer, const Cover& inner, std::int64_t factor, std::int64_t parent_extent,
                     bool round_up) {
  Cover cover;
  cover.extent = (outer.extent - 1) * factor + inner.extent;
  if (!round_up) cover.extent = std::min(cover.extent, parent_extent);
  cover.full = outer.full && inner.full;
  if (cover.full) {
    cover.align = 0;
  } else {
    cover.align = std::gcd(outer.align * factor, inner.align);
  }
  return cover;
}

// `fused` runs over `outer` x `inner` values, inner fastest.
void cover_of_fuse(const Cover& fused, std::int64_t outer_extent, std::int64_t inner_extent, Cover& outer,
                   Cover& inner) {
  const Cover all_outer{outer_extent, 0, true};
  const Cover all_inner{inner_extent, 0, true};
  if (fused.full) {
    outer = all_outer;
    inner = all_inner;
  } else if (fused.extent == 1) {
    outer = {};
    inner = {};
  } else if (fused.extent % inner_extent == 0 && fused.align % inner_extent == 0) {
    outer = {fused.extent / inner_extent, fused.align / inner_extent, false};
    inner = all_inner;
  } else if (inner_extent % fused.extent == 0 && fused.align % fused.extent == 0) {
    // A part of one row; which part is lost in Halide's intervals, where a remainder has all values.
    outer = {};
    inner = all_inner;
  } else {
    // The run may start anywhere in a row and so touch one row more than its length needs.
    const std::int64_t rows = std::min(outer_extent, ceil_div(fused.extent - 1, inner_extent) + 1);
    outer = rows == outer_extent ? all_outer : Cover{rows, 1, false};
    inner = all_inner;
  }
}

}  // namespace

std::array<bool, kMaxVars> guarded_vars(const std::vector<LoopTransform>& transforms) {
  std::array<bool, kMaxVars> guarded{};
  for (const LoopTransform& t : transforms) {
    const auto a = static_cast<std::size_t>(t.a);
    const auto b = static_cast<std::size_t>(t.b);
    const auto c = static_cast<std::size_t>(t.c);
    if (t.kind == LoopTransform::Kind::kSplit) {
      guarded[b] = guarded[a];
      guarded[c] = true;
    } else {
      guarded[c] = guarded[a] || guarded[b];
    }
  }
  return guarded;
}

void cover_vars(const StageState& stage, std::size_t depth, bool round_up, CoverArray& covers) {
  for (std::size_t v = 0; v < stage.vars.size(); ++v) covers[v] = Cover{};
  for (std::size_t p = 0; p < stage.loops.size(); ++p) {
    const auto v = static_cast<std::size_t>(stage.loops[p]);
    const std::int64_t extent = stage.vars[v].extent;
    if (p >= depth || extent == 1) covers[v] = Cover{extent, 0, true};
  }
  const std::array<bool, kMaxVars> guarded = guarded_vars(stage.transforms);
  for (std::size_t t = stage.transforms.size(); t-- > 0;) {
    const LoopTransform& transform = stage.transforms[t];
    const auto a = static_cast<std::size_t>(transform.a);
    const auto b = static_cast<std::size_t>(transform.b);
    const auto c = static_cast<std::size_t>(transform.c);
    if (transform.kind == LoopTransform::Kind::kSplit) {
      const bool rounds = round_up && stage.vars[a].kind == LoopKind::kSpatial && !guarded[a];
      covers[a] = cover_of_split(covers[b], covers[c], transform.factor, stage.vars[a].extent, rounds);
    } else {
      cover_of_fuse(covers[c], stage.vars[a].extent, stage.vars[b].extent, covers[a], covers[b]);
    }
  }
}

void propagate_extents(StageState& stage) {
  for (const LoopTransform& transform : stage.transforms) {
    LoopVar& a = stage.vars[static_cast<std::size_t>(transform.a)];
    LoopVar& b = stage.vars[static_cast<std::size_t>(transform.b)];
    LoopVar& c = stage.vars[static_cast<std::size_t>(transform.c)];
    if (transform.kind == LoopTransform::Kind::kSplit) {
      b.extent = ceil_div(a.extent, transform.factor);
      c.extent = transform.factor;
    } else {
      c.extent = a.extent * b.extent;
    }
  }
}

std::vector<std::int64_t> State::coverage(StageId id, std::size_t depth) const {
  const StageState& s = stage(id);
  CoverArray covers;
  cover_vars(s, depth, rounds_up(id), covers);
  std::vector<std::int64_t> extents(s.def->spatial.size() + s.def->reduction.size());
  for (std::size_t i = 0; i < extents.size(); ++i) extents[i] = covers[i].extent;
  return extents;
}

}  // namespace tilecast
