// tilecast show: the best record of each task of a log.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "codegen/codegen.h"
#include "commands.h"
#include "record/record_log.h"
#include "schedule/directives.h"

namespace tilecast::tools {
namespace {

struct ShowOptions {
  std::string file;
  std::vector<std::string> only;
  bool json = false;
};

Status show_record(const Task& task, const MeasureRecord& record, nlohmann::json& list) {
  TILECAST_TRY(const TaskContext context, make_task_context(task));
  const auto state = replay(context.initial, record.trajectory);
  if (!state.ok())
    return Error{fmt::format("task {}: its best record does not replay: {}", task.name, state.error().reason)};
  const double gflops = task.flops / record.seconds() / 1e9;
  fmt::print("== {}  key {}  {:.4f} ms  {:.1f} GFLOP/s  {} threads\n\n", task.name, task.key, record.seconds() * 1e3,
             gflops, record.threads);
  fmt::print("-- actions\n{}\n-- program\n{}\n-- Halide C++\n{}\n", to_text(record.trajectory), program_text(*state),
             to_halide_cpp(*state));
  list.push_back({{"key", task.key},
                  {"name", task.name},
                  {"best_seconds", record.seconds()},
                  {"trajectory", to_json(record.trajectory)}});
  return Unit{};
}

int show(const ShowOptions& options) {
  const auto set = read_record_log(options.file);
  if (!set.ok()) return report_error(set.error().message);
  if (set->skipped_lines > 0) {
    fmt::print(stderr, "tilecast: {} lines skipped, the first: {}\n", set->skipped_lines, set->first_skipped);
  }
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [key, record] : best_records(*set)) {
    const auto task = set->tasks.find(key);
    if (task == set->tasks.end())
      return report_error(fmt::format("{} has records of task {}, but not the task", options.file, key));
    const auto& name = task->second.name;
    if (!options.only.empty() && std::find(options.only.begin(), options.only.end(), name) == options.only.end())
      continue;
    const Status shown = show_record(task->second, record, list);
    if (!shown.ok()) return report_error(shown.error().message);
  }
  if (list.empty()) return report_error(fmt::format("{} has no measured candidate to show", options.file));
  if (options.json) fmt::print("{}\n", nlohmann::json{{"tasks", list}}.dump());
  return 0;
}

}  // namespace

void add_show_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand(
      "show", "Print the best record of each task: actions, program text, the schedule as Halide C++.");
  command->add_option("FILE", options->file, "a record log")->required();
  command->add_option("--only", options->only, "names of tasks, separated by commas")->delimiter(',');
  command->add_flag("--json", options->json, "end with one JSON object");
  command->callback([options, &exit_code] { exit_code = show(*options); });
}

}  // namespace tilecast::tools
