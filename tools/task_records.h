// Measured programs from files, grouped as judges learn from them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "evaluator/evaluator.h"
#include "record/dataset.h"

namespace tilecast::tools {

// The records that have a time, grouped by task, machine and threads. `task_of` gives a record's task; null
// leaves the record out, and so does hardware that is not in the map. A machine's peaks are the largest of its states
// with as many threads. Fails on a task that cannot be built any more.
Result<std::vector<TaskRecords>> group_records(std::span<const MeasureRecord> records,
                                               const std::map<std::string, Hardware>& hardware,
                                               std::span<const MachineState> states,
                                               const std::function<const Task*(const MeasureRecord&)>& task_of);

// Those of the tasks of one split. Judges learn from disturbed records as from others, but are not judged by them: of
// other splits than the one for training they are left out.
Result<std::vector<TaskRecords>> records_of_split(const Dataset& dataset, DatasetSplit split);
// The same; where there are none, an error that says so of `file`, from which the dataset was read.
Result<std::vector<TaskRecords>> some_records_of_split(const Dataset& dataset, DatasetSplit split,
                                                       const std::filesystem::path& file);

// Of all groups together.
std::size_t count_programs(std::span<const TaskRecords> groups);

// Of a record log, or of a file of a dataset: all tasks of its training split.
Result<std::vector<TaskRecords>> read_training_records(const std::filesystem::path& file);

}  // namespace tilecast::tools
