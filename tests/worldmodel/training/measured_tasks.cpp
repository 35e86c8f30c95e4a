#include "measured_tasks.h"

#include <gtest/gtest.h>

#include "../../codegen/test_kernels.h"
#include "base/hardware.h"
#include "codegen/codegen.h"
#include "space/space.h"

namespace tilecast::testing {

std::vector<MeasuredTask> measured_tasks(int programs) {
  Random random(7);
  std::vector<MeasuredTask> result;
  for (const Task& task : {conv_task(14, 14, 16, 32, 3, 1), dense_task(16, 64, 48)}) {
    const auto context = make_task_context(task);
    EXPECT_TRUE(context.ok());
    const auto space = Space::create(*context, probe_hardware(), 2);
    MeasuredTask measured{context->initial};
    for (int i = 0; i < programs; ++i) {
      measured.trajectories.push_back(space->sample(random).trajectory);
      measured.seconds.push_back(1e-4 * static_cast<double>(measured.trajectories.back().size()));
    }
    result.push_back(std::move(measured));
  }
  return result;
}

}  // namespace tilecast::testing
