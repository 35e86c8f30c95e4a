// Schedules for a model whose weights must not take more than so many bytes. Algorithms differ in what they make of a
// weight (Winograd's F(4x4) turns a filter of 9 numbers into 36), and tuned programs of a task in their algorithms.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "frontend/import.h"
#include "record/measure_record.h"
#include "runtime/package/schedules.h"
#include "space/space.h"

namespace tilecast {

// What the constants of all calls take in the layouts of these schedules, one a task. A constant that calls of several
// tasks read counts for each of these tasks: in the file it may stand once.
Result<std::int64_t> weights_bytes(const ImportedModel& model, std::span<const KernelSchedule> schedules);

// Begins with what choose_schedules chooses (the fastest of `records`, by task key; else the default), and gives way
// where a byte less costs the least time, until the weights take no more than `limit` bytes. What a task takes of a run
// goes by the times of its records and its calls; a task without records has the default schedule of each of its
// algorithms, whose times are in proportion to what they compute (AlgorithmWork). Fails when the smallest programs
// together still take more; the message says how much.
Result<std::vector<KernelSchedule>> choose_schedules_within(
    std::int64_t limit, const ImportedModel& model, const std::map<std::string, std::vector<MeasureRecord>>& records,
    const Hardware& hardware, int threads);

// What to search when the weights must take no more than `limit` bytes: for each task, by key, the algorithms whose
// weights take no more than those of the one that it would have without records. Fails as above.
Result<std::map<std::string, std::vector<Name>>> algorithms_within(std::int64_t limit, const ImportedModel& model,
                                                                   const Hardware& hardware, int threads);

}  // namespace tilecast
