// Dataset: measured programs of the tasks of many networks, from which judges of candidates learn; and how the tasks
// are divided, so that what is judged was never learnt from. Files of it: dataset_file.h.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hardware.h"
#include "ir/task.h"
#include "record/machine_state.h"
#include "record/measure_record.h"

namespace tilecast {

// In this order: of two files that disagree about a task, the later one in this list holds.
enum class DatasetSplit : std::uint8_t {
  kTrain,
  kValidation,  // of the training networks: for decisions during training
  kHeldOut,     // occurs in a network that training never sees
};
std::string_view split_name(DatasetSplit split);
std::optional<DatasetSplit> split_from_name(std::string_view name);

// The split of a task with this key. `in_held_out_network`: any network in which it occurs is held out. About a tenth
// of the others are for validation, by a hash of the key alone.
DatasetSplit split_of(const std::string& key, bool in_held_out_network);

// Where a task occurs: a network (by whose name the split goes), its kind (vision, video, language …), which of its
// models (sizes of inputs and batches), and how often in one run of it.
struct NetworkUse {
  std::string network;
  std::string kind;
  std::string model;
  double weight = 1;
  bool operator==(const NetworkUse&) const = default;
};

struct DatasetTask {
  Task task;
  std::vector<NetworkUse> uses;
  DatasetSplit split = DatasetSplit::kTrain;
};

struct Dataset {
  std::map<std::string, DatasetTask> tasks;  // by key
  std::map<std::string, Hardware> hardware;  // by fingerprint
  std::vector<MeasureRecord> records;        // those of a task and file stand together; their tasks are all in `tasks`
  std::vector<MachineState> machine_states;  // by time
};

// Adds `other`. A task that both have keeps its uses from both.
void merge(Dataset& into, Dataset other);

// The state of the record's machine measured last before it, with as many threads; the first one after it where there
// is none; null where there is none at all.
const MachineState* machine_state_of(const Dataset& dataset, const MeasureRecord& record);

}  // namespace tilecast
