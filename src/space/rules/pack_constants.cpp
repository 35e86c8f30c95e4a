#include "space/rules/pack_constants.h"

#include <algorithm>

namespace tilecast::rules {
namespace {

// The input's dimension that runs along the reduction's innermost axis, alone and with step 1.
std::optional<std::size_t> tiled_dimension(const Access& access) {
  for (std::size_t d = 0; d < access.dims.size(); ++d) {
    const IndexMap& map = access.dims[d];
    if (map.affine && map.divisor == 1 && map.modulus == 0 && map.min_offset == 0 && map.max_offset == 0 &&
        map.terms == std::vector<AffineTerm>{{0, 1}}) {
      return d;
    }
  }
  return std::nullopt;
}

// How far inside the nest the loops are that move along this dimension.
int depth_of(const IndexMap& map, std::size_t spatial, const std::vector<std::size_t>& order) {
  int depth = -1;
  for (const AffineTerm& term : map.terms) {
    if (term.axis < static_cast<std::int32_t>(spatial)) continue;
    const auto it = std::find(order.begin(), order.end(), static_cast<std::size_t>(term.axis) - spatial);
    depth = std::max(depth, static_cast<int>(it - order.begin()));
  }
  return depth;
}

}  // namespace

void pack_constants(ScheduleBuilder& builder, const Name& reduction, std::int64_t tile,
                    const std::vector<std::size_t>& order) {
  if (builder.failed()) return;
  const Stage def = *builder.stage(reduction).def;
  for (const Access& access : def.accesses) {
    if (!builder.state().is_input(access.buffer)) continue;
    const DagInput& input = builder.state().dag().inputs[static_cast<std::size_t>(access.buffer)];
    const std::optional<std::size_t> tiled = tiled_dimension(access);
    if (!input.is_constant || !tiled || builder.state().packed_input(access.buffer) != nullptr) continue;
    const std::int64_t extent = input.extents[*tiled];
    if (input.extents.size() < 2 || extent <= tile) continue;

    std::vector<std::size_t> dims;
    for (std::size_t d = 0; d < input.extents.size(); ++d) {
      if (d != *tiled) dims.push_back(d);
    }
    std::stable_sort(dims.begin(), dims.end(), [&](std::size_t a, std::size_t b) {
      return depth_of(access.dims[a], def.spatial.size(), order) > depth_of(access.dims[b], def.spatial.size(), order);
    });
    std::vector<PackPart> parts = {{static_cast<std::int32_t>(*tiled), tile}};
    for (const std::size_t d : dims) parts.push_back({static_cast<std::int32_t>(d), input.extents[d]});
    parts.push_back({static_cast<std::int32_t>(*tiled), (extent + tile - 1) / tile});
    const std::vector<Option> options = {{1, 4}, {0, 1}};
    if (builder.choose(input.name, "pack", 0, options) == 1) builder.try_apply(Pack{input.name, parts});
  }
}

}  // namespace tilecast::rules
