// tilecast tasks: the tasks of a model.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "model_source.h"

namespace tilecast::tools {
namespace {

struct TasksOptions {
  ModelSource source;
  bool json = false;
};

int list_tasks(const TasksOptions& options) {
  const auto tasks = read_tasks(options.source);
  if (!tasks.ok()) return report_error(tasks.error().message);
  nlohmann::json list = nlohmann::json::array();
  fmt::print("{:<16}  {:>6}  {:>10}  {:<24}  {}\n", "key", "weight", "MFLOP", "name", "operators");
  for (const auto& [task, weight] : *tasks) {
    std::string ops;
    for (const OpNode& node : task.graph.nodes) ops += (ops.empty() ? "" : " ") + node.op;
    const std::string shape = shape_to_string(task.graph.type_of(task.graph.outputs.front()).shape);
    fmt::print("{}  {:>6g}  {:>10.3f}  {:<24}  {} -> {}\n", task.key, weight, task.flops / 1e6, task.name, ops, shape);
    list.push_back({{"key", task.key}, {"name", task.name}, {"weight", weight}, {"flops", task.flops}});
  }
  if (options.json) fmt::print("{}\n", nlohmann::json{{"tasks", list}}.dump());
  return 0;
}

}  // namespace

void add_tasks_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<TasksOptions>();
  CLI::App* command = app.add_subcommand("tasks", "List the tasks of a model: key, weight, work, operators.");
  add_model_arguments(*command, options->source);
  command->add_flag("--json", options->json, "end with one JSON object");
  command->callback([options, &exit_code] { exit_code = list_tasks(*options); });
}

}  // namespace tilecast::tools
