// Files of a Dataset: JSON lines, compressed where the name ends in .xz. The first line has the versions and how many
// tasks and records follow; then the hardware and the states of the machines, then each task followed by its records.
// A list of tasks is a file without records.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.h"
#include "record/dataset.h"

namespace tilecast {

inline constexpr int kDatasetVersion = 1;

// What a file keeps of a record: the decisions, the message of an error and the seconds of the whole run are left out,
// latencies rounded to five digits, times of building to three, the timestamp to milliseconds.
MeasureRecord packed_record(const MeasureRecord& record);

// Replaces the file as a whole. The records' tasks and hardware must be in the dataset.
Status write_dataset(const Dataset& dataset, const std::filesystem::path& file);

// Errors are one line that names the file: it cannot be read, is cut off or damaged, is of another version, or holds a
// line (named by its number) that is none of a dataset. Nothing of such a file is taken.
Result<Dataset> read_dataset(const std::filesystem::path& file);
// All of them, merged.
Result<Dataset> read_datasets(std::span<const std::filesystem::path> files);

}  // namespace tilecast
