#include "frontend/dataset_tasks.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "frontend/import.h"
#include "frontend/suite.h"

namespace tilecast {
namespace {

using Json = nlohmann::json;

struct IndexedModel {
  std::filesystem::path file;
  NetworkUse use;  // without its weight
  bool held_out = false;
};

struct Index {
  std::vector<IndexedModel> models;
  std::vector<std::filesystem::path> apart;
};

Result<Index> read_index(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) return Error{fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
  const Json json = Json::parse(stream, nullptr, false);
  Index index;
  std::map<std::string, bool> held_out;
  try {
    for (const Json& entry : json.at("models")) {
      IndexedModel model{.file = file.parent_path() / entry.at("file").get<std::string>(),
                         .use = {.network = entry.at("network").get<std::string>(),
                                 .kind = entry.at("kind").get<std::string>(),
                                 .model = entry.at("name").get<std::string>()},
                         .held_out = entry.at("held_out").get<bool>()};
      if (held_out.emplace(model.use.network, model.held_out).first->second != model.held_out) {
        return Error{fmt::format("{}: network {} is both held out and not", file.string(), model.use.network)};
      }
      index.models.push_back(std::move(model));
    }
    for (const Json& name : json.at("apart")) index.apart.push_back(file.parent_path() / name.get<std::string>());
  } catch (const Json::exception& error) {
    return Error{fmt::format("{} is not an index of models: {}", file.string(), error.what())};
  }
  return index;
}

Result<std::vector<WeightedTask>> read_tasks(const std::filesystem::path& file) {
  if (file.extension() != ".onnx") return read_suite(file);
  TILECAST_TRY(ImportedModel model, import_onnx(file));
  return std::move(model.partition.tasks);
}

}  // namespace

Result<DatasetTaskList> list_dataset_tasks(const std::filesystem::path& index, const DatasetTaskLimits& limits,
                                           const std::function<void(const std::string&)>& on_model) {
  TILECAST_TRY(const Index models, read_index(index));
  const auto read = [&](const std::filesystem::path& file) {
    if (on_model) on_model(file.stem().string());
    return read_tasks(file);
  };
  std::set<std::string> apart;
  for (const std::filesystem::path& file : models.apart) {
    TILECAST_TRY(const std::vector<WeightedTask> tasks, read(file));
    for (const WeightedTask& task : tasks) apart.insert(task.task.key);
  }
  DatasetTaskList list;
  std::set<std::string> left_out;
  for (const IndexedModel& model : models.models) {
    TILECAST_TRY(const std::vector<WeightedTask> tasks, read(model.file));
    for (const auto& [task, weight] : tasks) {
      const bool fits = task.flops >= limits.least_flops && task.flops <= limits.most_flops;
      if (!fits || apart.contains(task.key)) {
        if (left_out.insert(task.key).second) ++(fits ? list.kept_apart : list.outside_limits);
        continue;
      }
      DatasetTask& listed = list.dataset.tasks.try_emplace(task.key, DatasetTask{.task = task}).first->second;
      listed.uses.push_back(model.use);
      listed.uses.back().weight = weight;
      listed.split = std::max(listed.split, split_of(task.key, model.held_out));
    }
  }
  return list;
}

}  // namespace tilecast
