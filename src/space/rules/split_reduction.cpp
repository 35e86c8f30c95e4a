#include <algorithm>

#include "space/rules/loops.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

constexpr std::int64_t kMostParts = 32;
// Shorter parts are done before another thread has begun.
constexpr std::int64_t kLeastTerms = 64;

}  // namespace

std::optional<StageId> split_reduction(ScheduleBuilder& builder, StageId id) {
  const StageState before = builder.state().stage(id);
  const auto& axes = before.def->reduction;
  const Axis axis =
      *std::max_element(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) { return a.extent < b.extent; });
  std::vector<Option> options;
  for (std::int64_t parts = 2; parts <= kMostParts; parts *= 2) {
    if (axis.extent % parts != 0 || axis.extent / parts < kLeastTerms) break;
    options.push_back({static_cast<std::int32_t>(parts), parallel_balance(parts, builder.threads())});
  }
  if (options.empty()) {
    builder.reject("the reduction has no parts of equal length");
    return std::nullopt;
  }
  const Name stage = before.name();
  const std::int64_t parts = builder.choose(stage, "parts", 0, options);
  const Name outer = loop_name(axis.name, ".p");
  const Name partial = loop_name(stage, ".sum");
  builder.apply(Split{stage, axis.name, outer, loop_name(axis.name, ".t"), axis.extent / parts});
  builder.apply(Rfactor{stage, outer, partial, "part"});
  return builder.failed() ? std::nullopt : builder.state().find_stage(partial);
}

}  // namespace tilecast::rules
