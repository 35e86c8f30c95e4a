#include "model_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/package/task_model.h"

namespace tilecast::tools {

void add_model_arguments(CLI::App& command, ModelSource& source) {
  command.add_option("MODEL", source.file, "an ONNX file, or a suite of subgraphs (JSON, such as data/subgraphs.json)")
      ->required();
  command.add_option("--only", source.only, "names of the suite's subgraphs or the model's tasks, separated by commas")
      ->delimiter(',');
  command.add_option("--shape", source.shapes, "NAME=1,3,224,224: fixes the shape of an ONNX model's input");
}

namespace {

Result<InputShapes> parse_shapes(const std::vector<std::string>& options) {
  InputShapes shapes;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    const Error bad{fmt::format("--shape {}: NAME=1,3,224,224 is expected", option)};
    if (equals == std::string::npos || equals == 0) return bad;
    Shape shape;
    for (const std::string& number : CLI::detail::split(option.substr(equals + 1), ',')) {
      std::int64_t extent = 0;
      if (!CLI::detail::lexical_cast(number, extent) || extent < 1) return bad;
      shape.push_back(extent);
    }
    shapes[option.substr(0, equals)] = shape;
  }
  return shapes;
}

bool is_onnx(const ModelSource& source) {
  return source.file.extension() == ".onnx";
}

Result<ImportedModel> read_onnx_model(const ModelSource& source) {
  TILECAST_TRY(const InputShapes shapes, parse_shapes(source.shapes));
  return import_onnx(source.file, shapes);
}

// The tasks that --only names; all without it.
Result<std::vector<WeightedTask>> chosen(std::vector<WeightedTask> tasks, const ModelSource& source) {
  if (source.only.empty()) return tasks;
  std::vector<WeightedTask> result;
  for (const std::string& name : source.only) {
    const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const auto& t) { return t.task.name == name; });
    if (found == tasks.end()) {
      return Error{fmt::format("{} has no task \"{}\": `tilecast tasks` lists them", source.file.string(), name)};
    }
    result.push_back(*found);
  }
  return result;
}

// Each constant that a call reads, once, as the model has it.
std::int64_t constant_bytes(const ImportedModel& model) {
  std::set<NetworkId> constants;
  for (const TaskCall& call : model.partition.calls) {
    for (const NetworkId input : call.inputs) {
      const NetworkId root = storage_of(model.network, input);
      if (model.network.node(root).is_constant()) constants.insert(root);
    }
  }
  std::int64_t bytes = 0;
  for (const NetworkId id : constants) bytes += model.network.node(id).type.bytes();
  return bytes;
}

}  // namespace

Result<ModelTasks> read_model_tasks(const ModelSource& source) {
  ModelTasks result;
  if (!is_onnx(source)) {
    TILECAST_TRY(result.tasks, read_suite(source.file, source.only));
    return result;
  }
  TILECAST_TRY(ImportedModel model, read_onnx_model(source));
  result.constant_bytes = constant_bytes(model);
  TILECAST_TRY(result.tasks, chosen(std::move(model.partition.tasks), source));
  return result;
}

Result<std::vector<WeightedTask>> read_tasks(const ModelSource& source) {
  TILECAST_TRY(ModelTasks model, read_model_tasks(source));
  return std::move(model.tasks);
}

Result<ImportedModel> read_model(const ModelSource& source, std::uint64_t seed) {
  if (is_onnx(source)) {
    if (!source.only.empty()) return Error{"--only: an ONNX model is compiled whole"};
    return read_onnx_model(source);
  }
  TILECAST_TRY(const std::vector<WeightedTask> tasks, read_suite(source.file, source.only));
  return model_of_tasks(tasks, seed);
}

}  // namespace tilecast::tools
