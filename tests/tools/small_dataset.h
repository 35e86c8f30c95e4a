// A small part of the dataset in data/, for which nothing has to be measured.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "frontend/main_operator.h"
#include "record/dataset_file.h"

namespace tilecast::testing {

// Of each split and main operator the first two tasks, of each of these the first eight programs.
inline Dataset small_dataset() {
  constexpr int kTasks = 2;
  constexpr int kPrograms = 8;
  const std::filesystem::path source = TILECAST_SOURCE_DIR;
  const Dataset all = *read_dataset(source / "data/dataset/records-1.jsonl.xz");
  Dataset part{.hardware = all.hardware, .machine_states = all.machine_states};
  std::map<std::pair<DatasetSplit, std::string>, int> tasks;  // how many there are already
  std::map<std::string, int> programs;                        // how many may still come, by task
  for (const MeasureRecord& record : all.records) {
    if (!record.ok()) continue;
    const DatasetTask& task = all.tasks.at(record.task_key);
    const auto [left, is_new] = programs.emplace(record.task_key, kPrograms);
    if (is_new && ++tasks[{task.split, main_operator(task.task.graph)}] > kTasks) left->second = 0;
    if (left->second-- <= 0) continue;
    part.tasks.emplace(record.task_key, task);
    part.records.push_back(record);
  }
  return part;
}

// The same records, but every second task was measured on a machine with smaller vectors and caches, whose peaks nobody
// knows.
inline Dataset on_two_machines(Dataset dataset) {
  Hardware other = dataset.hardware.begin()->second;
  other.vector_bytes = 16;
  other.vector_registers = 16;
  other.l1_bytes /= 4;
  other.l2_bytes /= 4;
  other.fingerprint = "0000000000000000";
  dataset.hardware.emplace(other.fingerprint, other);
  std::map<std::string, std::size_t> numbers;  // of tasks
  for (const auto& [key, task] : dataset.tasks) numbers.emplace(key, numbers.size());
  for (MeasureRecord& record : dataset.records) {
    if (numbers.at(record.task_key) % 2 == 1) record.hardware = other.fingerprint;
  }
  return dataset;
}

}  // namespace tilecast::testing
