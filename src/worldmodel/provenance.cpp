#include "worldmodel/provenance.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string_view>

namespace tilecast {
namespace {

constexpr std::array<const char*, 3> kParts = {"encoder", "transition", "trees"};

// "encoder: 700 steps on 24,415 programs of 942 tasks …"; empty where the file does not say.
std::string part_text(const std::string& part, const std::map<std::string, std::string>& metadata) {
  const auto value = [&](const char* name) {
    const auto found = metadata.find(part + "." + name);
    return found == metadata.end() ? std::string() : found->second;
  };
  if (value("steps").empty()) return "";
  std::string text = fmt::format("{}: {} steps, seed {}, {} programs of {} tasks (data {})", part, value("steps"),
                                 value("seed"), value("records"), value("tasks"), value("data_hash"));
  static const std::set<std::string_view> kNoResults = {"steps", "seed", "records", "tasks", "data_hash"};
  for (const auto& [name, result] : metadata) {
    if (!name.starts_with(part + ".") || kNoResults.contains(std::string_view(name).substr(part.size() + 1))) continue;
    text += fmt::format(", {} {}", name.substr(part.size() + 1), result);
  }
  return text;
}

void forget_training(const std::string& part, TensorFile& file) {
  std::erase_if(file.metadata, [&](const auto& entry) { return entry.first.starts_with(part + "."); });
}

}  // namespace

void write_training(const std::string& part, const PartTraining& training, TensorFile& file) {
  forget_training(part, file);
  file.metadata[part + ".data_hash"] = training.data_hash;
  file.metadata[part + ".records"] = std::to_string(training.records);
  file.metadata[part + ".tasks"] = std::to_string(training.tasks);
  file.metadata[part + ".seed"] = std::to_string(training.seed);
  file.metadata[part + ".steps"] = std::to_string(training.steps);
  for (const auto& [name, result] : training.results) file.metadata[part + "." + name] = fmt::format("{:.4f}", result);
}

void copy_training(const std::string& part, const TensorFile& from, TensorFile& to) {
  forget_training(part, to);
  for (const auto& [name, value] : from.metadata) {
    if (name.starts_with(part + ".")) to.metadata[name] = value;
  }
}

std::string training_text(const TensorFile& file) {
  std::string text;
  for (const char* part : kParts) {
    const std::string of_part = part_text(part, file.metadata);
    if (!of_part.empty()) text += (text.empty() ? "" : "; ") + of_part;
  }
  return text.empty() ? "its file does not say what it learnt from" : text;
}

}  // namespace tilecast
