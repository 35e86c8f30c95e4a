// Which schedule each kernel of a model is compiled with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "frontend/partition.h"
#include "record/measure_record.h"

namespace tilecast {

struct KernelSchedule {
  Trajectory trajectory;
  std::optional<double> seconds;  // as measured by the tuner; nothing: the space's default candidate, not measured
};

// One a task: that of its record in `best` (by key), else the default of its space.
Result<std::vector<KernelSchedule>> choose_schedules(const Partition& partition,
                                                     const std::map<std::string, MeasureRecord>& best,
                                                     const Hardware& hardware, int threads);

}  // namespace tilecast
