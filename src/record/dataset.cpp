#include "record/dataset.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/hash.h"

namespace tilecast {
namespace {

constexpr std::array<std::string_view, 3> kSplitNames = {"train", "validation", "held-out"};
constexpr std::uint64_t kValidationPart = 10;  // one in so many

}  // namespace

std::string_view split_name(DatasetSplit split) {
  return kSplitNames.at(static_cast<std::size_t>(split));
}

std::optional<DatasetSplit> split_from_name(std::string_view name) {
  const auto found = std::find(kSplitNames.begin(), kSplitNames.end(), name);
  if (found == kSplitNames.end()) return std::nullopt;
  return static_cast<DatasetSplit>(found - kSplitNames.begin());
}

DatasetSplit split_of(const std::string& key, bool in_held_out_network) {
  if (in_held_out_network) return DatasetSplit::kHeldOut;
  return stable_hash("validation " + key) % kValidationPart == 0 ? DatasetSplit::kValidation : DatasetSplit::kTrain;
}

void merge(Dataset& into, Dataset other) {
  for (auto& [key, task] : other.tasks) {
    const auto [place, is_new] = into.tasks.try_emplace(key, std::move(task));
    if (is_new) continue;
    DatasetTask& known = place->second;
    known.split = std::max(known.split, task.split);
    for (NetworkUse& use : task.uses) {
      if (std::find(known.uses.begin(), known.uses.end(), use) == known.uses.end())
        known.uses.push_back(std::move(use));
    }
  }
  into.hardware.merge(other.hardware);
  std::move(other.records.begin(), other.records.end(), std::back_inserter(into.records));
  std::move(other.machine_states.begin(), other.machine_states.end(), std::back_inserter(into.machine_states));
  std::stable_sort(into.machine_states.begin(), into.machine_states.end(),
                   [](const MachineState& a, const MachineState& b) { return a.timestamp < b.timestamp; });
}

const MachineState* machine_state_of(const Dataset& dataset, const MeasureRecord& record) {
  const MachineState* found = nullptr;
  for (const MachineState& state : dataset.machine_states) {
    if (state.hardware != record.hardware || state.threads != record.threads) continue;
    if (found != nullptr && state.timestamp > record.timestamp) break;
    found = &state;
  }
  return found;
}

}  // namespace tilecast
