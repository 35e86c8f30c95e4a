#include "task_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <tuple>

#include "base/text_file.h"
#include "codegen/codegen.h"
#include "record/dataset_file.h"
#include "record/record_log.h"

namespace tilecast::tools {
namespace {

// Record logs are never compressed and have no first line of this kind.
bool is_dataset(const std::filesystem::path& file) {
  return file.extension() == ".xz" || first_line_of(file).find(R"("type":"dataset")") != std::string::npos;
}

// Other work on a machine makes it slower, never faster.
MachinePeaks peaks_of(std::span<const MachineState> states, const std::string& fingerprint, int threads) {
  MachinePeaks peaks;
  for (const MachineState& state : states) {
    if (state.hardware != fingerprint || state.threads != threads) continue;
    peaks.gflops = std::max(peaks.gflops, state.peak_gflops);
    peaks.bandwidth_gbs = std::max(peaks.bandwidth_gbs, state.bandwidth_gbs);
  }
  return peaks;
}

// Whether a record is no measure of judges, though its task is of the split.
bool is_left_out(const MeasureRecord& record, DatasetSplit split) {
  return record.disturbed && split != DatasetSplit::kTrain;
}

}  // namespace

Result<std::vector<TaskRecords>> group_records(std::span<const MeasureRecord> records,
                                               const std::map<std::string, Hardware>& hardware,
                                               std::span<const MachineState> states,
                                               const std::function<const Task*(const MeasureRecord&)>& task_of) {
  std::map<std::tuple<std::string, std::string, int>, std::vector<MeasureRecord>> groups;
  for (const MeasureRecord& record : records) {
    if (!record.ok() || !hardware.contains(record.hardware) || task_of(record) == nullptr) continue;
    groups[{record.task_key, record.hardware, record.threads}].push_back(record);
  }
  std::vector<TaskRecords> result;
  result.reserve(groups.size());
  for (auto& [group, members] : groups) {
    const auto& [key, fingerprint, threads] = group;
    const Machine machine{hardware.at(fingerprint), threads, peaks_of(states, fingerprint, threads)};
    const Task& task = *task_of(members.front());
    auto context = make_task_context(task);
    if (!context.ok()) return Error{fmt::format("task {} ({}): {}", key, task.name, context.error().message)};
    result.push_back({*std::move(context), machine, std::move(members)});
  }
  return result;
}

Result<std::vector<TaskRecords>> records_of_split(const Dataset& dataset, DatasetSplit split) {
  return group_records(dataset.records, dataset.hardware, dataset.machine_states, [&](const MeasureRecord& record) {
    const DatasetTask& task = dataset.tasks.at(record.task_key);
    return task.split == split && !is_left_out(record, split) ? &task.task : nullptr;
  });
}

Result<std::vector<TaskRecords>> some_records_of_split(const Dataset& dataset, DatasetSplit split,
                                                       const std::filesystem::path& file) {
  TILECAST_TRY(std::vector<TaskRecords> groups, records_of_split(dataset, split));
  if (!groups.empty()) return groups;
  const auto disturbed =
      std::count_if(dataset.records.begin(), dataset.records.end(), [&](const MeasureRecord& record) {
        return is_left_out(record, split) && dataset.tasks.at(record.task_key).split == split;
      });
  if (disturbed > 0) {
    return Error{fmt::format(
        "{} has no measured programs of the split {} that can be ranked: {} were disturbed while they were measured",
        file.string(), split_name(split), disturbed)};
  }
  return Error{fmt::format("{} has no measured programs of the split {}; tilecast collect gathers them", file.string(),
                           split_name(split))};
}

std::size_t count_programs(std::span<const TaskRecords> groups) {
  std::size_t count = 0;
  for (const TaskRecords& group : groups) count += group.records.size();
  return count;
}

Result<std::vector<TaskRecords>> read_training_records(const std::filesystem::path& file) {
  if (is_dataset(file)) {
    TILECAST_TRY(const Dataset dataset, read_dataset(file));
    return records_of_split(dataset, DatasetSplit::kTrain);
  }
  TILECAST_TRY(const RecordSet set, read_record_log(file));
  return group_records(set.records, set.hardware, set.machine_states, [&](const MeasureRecord& record) {
    const auto found = set.tasks.find(record.task_key);
    return found == set.tasks.end() ? nullptr : &found->second;
  });
}

}  // namespace tilecast::tools
