#include "runtime/package/schedules.h"

#include "codegen/codegen.h"
#include "space/space.h"

namespace tilecast {

Result<std::vector<KernelSchedule>> choose_schedules(const Partition& partition,
                                                     const std::map<std::string, MeasureRecord>& best,
                                                     const Hardware& hardware, int threads) {
  std::vector<KernelSchedule> schedules;
  for (const WeightedTask& weighted : partition.tasks) {
    if (const auto record = best.find(weighted.task.key); record != best.end()) {
      schedules.push_back({record->second.trajectory, record->second.seconds()});
      continue;
    }
    TILECAST_TRY(const TaskContext context, make_task_context(weighted.task));
    schedules.push_back({Space::create(context, hardware, threads)->default_candidate().trajectory, {}});
  }
  return schedules;
}

}  // namespace tilecast
