#include <algorithm>

#include "space/rules/rules.h"

namespace tilecast::rules {

void inline_cheap_stages(ScheduleBuilder& builder, const std::vector<StageRole>& roles) {
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == StageRole::kInline) builder.apply(Inline{builder.state().stage(static_cast<StageId>(i)).name()});
  }
}

bool is_untouched(const StageState& stage) {
  return stage.location.placement == Placement::kRoot && stage.transforms.empty() && stage.storage == Storage::kAuto &&
         std::none_of(stage.vars.begin(), stage.vars.end(),
                      [](const LoopVar& var) { return var.annotation != Annotation::kNone; });
}

}  // namespace tilecast::rules
