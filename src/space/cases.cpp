#include "space/cases.h"

#include <algorithm>

namespace tilecast {
namespace {

// More cases than this are no unrolled body any more.
constexpr std::int64_t kMostCases = 8;

bool compares_axis(const Stage& stage, std::size_t axis) {
  const auto& nodes = stage.value.nodes;
  return std::any_of(nodes.begin(), nodes.end(), [&](const ExprNode& node) {
    return compared_axis(stage.value, node) == static_cast<std::int64_t>(axis);
  });
}

std::int64_t own_cases(const Stage& stage, std::size_t axis) {
  const std::int64_t extent = stage.spatial[axis].extent;
  return extent > 1 && extent <= kMostCases && compares_axis(stage, axis) ? extent : 1;
}

// Whether the map is this axis itself, perhaps modulo something.
bool follows(const IndexMap& map, std::size_t axis) {
  return map.affine && map.divisor == 1 && map.min_offset == 0 && map.max_offset == 0 &&
         map.terms == std::vector<AffineTerm>{{static_cast<std::int32_t>(axis), 1}};
}

}  // namespace

bool has_cases(const Stage& stage) {
  for (std::size_t axis = 0; axis < stage.spatial.size(); ++axis) {
    if (own_cases(stage, axis) > 1) return true;
  }
  return false;
}

std::int64_t case_count(const State& state, StageId stage, std::size_t axis) {
  const StageState& s = state.stage(stage);
  std::int64_t count = own_cases(*s.def, axis);
  for (const Access& access : s.def->accesses) {
    const BufferId buffer = s.source(access.buffer);
    if (state.is_input(buffer)) continue;
    const StageId read = state.stage_of(buffer);
    if (state.stage(read).location.placement != Placement::kInlined) continue;
    for (std::size_t d = 0; d < access.dims.size(); ++d) {
      if (!follows(access.dims[d], axis)) continue;
      const std::int64_t inner = case_count(state, read, d);
      const std::int64_t modulus = access.dims[d].modulus;
      if (modulus == 0 || modulus == inner) count = std::max(count, inner);
    }
  }
  return count;
}

}  // namespace tilecast
