#include "record/dataset_pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <tuple>
#include <vector>

#include "record/dataset_file.h"
#include "record/record_log.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;

// In an order that does not depend on the file system.
Result<std::vector<fs::path>> logs_of(const fs::path& directory) {
  std::vector<fs::path> logs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".jsonl") logs.push_back(entry.path());
  }
  if (error) return Error{fmt::format("cannot read {}: {}", directory.string(), error.message())};
  if (logs.empty()) return Error{fmt::format("{} has no record logs (*.jsonl)", directory.string())};
  std::sort(logs.begin(), logs.end());
  return logs;
}

using ProgramIdentity = std::tuple<std::string, std::uint64_t, std::string, int>;

ProgramIdentity identity_of(const MeasureRecord& record) {
  return {record.task_key, trajectory_hash(record.trajectory), record.hardware, record.threads};
}

}  // namespace

Result<PackedLogs> pack_logs(const fs::path& directory, const Dataset& tasks, const Dataset& known, bool disturbed) {
  TILECAST_TRY(const std::vector<fs::path> logs, logs_of(directory));
  std::set<ProgramIdentity> there;
  for (const MeasureRecord& record : known.records) there.insert(identity_of(record));
  PackedLogs packed;
  for (const fs::path& log : logs) {
    TILECAST_TRY(RecordSet set, read_record_log(log));
    packed.skipped_lines += static_cast<std::size_t>(set.skipped_lines);
    Dataset part{.hardware = std::move(set.hardware), .machine_states = std::move(set.machine_states)};
    for (const MeasureRecord& record : set.records) {
      const auto task = tasks.tasks.find(record.task_key);
      if (task == tasks.tasks.end()) {
        ++packed.without_task;
      } else if (!there.insert(identity_of(record)).second) {
        ++packed.repeated;
      } else {
        part.tasks.insert(*task);
        part.records.push_back(packed_record(record));
        part.records.back().disturbed |= disturbed;
      }
    }
    merge(packed.dataset, std::move(part));
  }
  return packed;
}

}  // namespace tilecast
