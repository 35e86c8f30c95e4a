// From the logs that `tilecast collect` writes to one dataset.
#pragma once

#include <cstddef>
#include <filesystem>

#include "base/result.h"
#include "record/dataset.h"

namespace tilecast {

struct PackedLogs {
  Dataset dataset;                // the tasks that have records, their records as packed_record makes them
  std::size_t repeated = 0;       // records left out: in `known` already, or there twice
  std::size_t without_task = 0;   // records left out: of tasks that are not in the list
  std::size_t skipped_lines = 0;  // that could not be read, such as one cut off by a kill
};

// Reads all record logs (*.jsonl) of the directory. Tasks, their networks and splits are those of `tasks`. A record
// that `known` holds, the same trajectory of the same task on the same hardware with as many threads, is left out.
// `disturbed`: so are all records, whatever they say themselves.
// Errors name the directory or the log that cannot be read; a directory without logs is one.
Result<PackedLogs> pack_logs(const std::filesystem::path& directory, const Dataset& tasks, const Dataset& known = {},
                             bool disturbed = false);

}  // namespace tilecast
