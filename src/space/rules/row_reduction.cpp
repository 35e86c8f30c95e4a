#include <algorithm>

#include "space/rules/loops.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

// More partial results than this many vectors do not hide more latency.
constexpr std::int64_t kMaxPartialVectors = 8;

}  // namespace

void factor_row_reduction(ScheduleBuilder& builder, StageId id) {
  const Name stage = builder.state().stage(id).name();
  const Stage& def = *builder.state().stage(id).def;
  const Axis axis = def.reduction.front();
  const std::int64_t lanes = builder.vector_lanes();
  std::vector<Option> options = {{0, 0.1}};
  for (std::int64_t vectors = 1; vectors <= kMaxPartialVectors; vectors *= 2) {
    const std::int64_t factor = lanes * vectors;
    if (axis.extent % factor == 0 && axis.extent > factor) options.push_back({static_cast<std::int32_t>(factor), 1});
  }
  const std::int32_t factor = builder.choose(stage, "rfactor", 0, options);
  if (factor == 0) return;
  const Name outer = loop_name(axis.name, ".o");
  const Name inner = loop_name(axis.name, ".i");
  builder.apply(Split{stage, axis.name, outer, inner, factor});
  builder.apply(Rfactor{stage, inner, loop_name(stage, ".rf"), "v"});
}

}  // namespace tilecast::rules
