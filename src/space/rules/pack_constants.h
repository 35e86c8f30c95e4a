// Layouts of constant inputs.
#pragma once

#include <vector>

#include "space/schedule_builder.h"

namespace tilecast::rules {

// For each constant input that the reduction reads along its innermost axis: plain, or packed in tiles of `tile` values
// of that axis, inside of them the reduction axes in the order in which its loops run (`order`: outermost first).
void pack_constants(ScheduleBuilder& builder, const Name& reduction, std::int64_t tile,
                    const std::vector<std::size_t>& order);

}  // namespace tilecast::rules
