// tilecast dataset: the list of tasks, packing what was collected, and what files of a dataset hold.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "frontend/dataset_tasks.h"
#include "record/dataset_file.h"
#include "record/dataset_pack.h"
#include "record/dataset_summary.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct DatasetArguments {
  std::vector<fs::path> files;
  fs::path input;
  fs::path tasks;
  fs::path output;
  DatasetTaskLimits limits;
  bool disturbed = false;
  bool json = false;
};

void print_summary(const Dataset& dataset, nlohmann::json json, bool as_json) {
  const DatasetSummary summary = summarize(dataset);
  fmt::print("{}", to_text(summary));
  if (!as_json) return;
  json.update(to_json(summary));
  fmt::print("{}\n", json.dump());
}

Status list_tasks(const DatasetArguments& arguments) {
  TILECAST_TRY(const DatasetTaskList list,
               list_dataset_tasks(arguments.input, arguments.limits, [](const std::string& model) {
                 fmt::print("{}\n", model);
                 std::fflush(stdout);
               }));
  TILECAST_CHECK(write_dataset(list.dataset, arguments.output));
  fmt::print("{} tasks in {}; left out: {} that are kept apart, {} too small or too large\n", list.dataset.tasks.size(),
             arguments.output.string(), list.kept_apart, list.outside_limits);
  print_summary(list.dataset, {{"kept_apart", list.kept_apart}, {"outside_limits", list.outside_limits}},
                arguments.json);
  return Unit{};
}

Status pack(const DatasetArguments& arguments) {
  TILECAST_TRY(const Dataset tasks, read_dataset(arguments.tasks));
  TILECAST_TRY(const Dataset known, read_datasets(arguments.files));
  TILECAST_TRY(const PackedLogs packed, pack_logs(arguments.input, tasks, known, arguments.disturbed));
  if (packed.dataset.records.empty()) {
    return Error{fmt::format("{} has no new records of tasks in {} ({} are known, {} of other tasks)",
                             arguments.input.string(), arguments.tasks.string(), packed.repeated, packed.without_task)};
  }
  TILECAST_CHECK(write_dataset(packed.dataset, arguments.output));
  fmt::print("{} records in {} ({} bytes); left out: {} that are known, {} of other tasks, {} unreadable lines\n",
             packed.dataset.records.size(), arguments.output.string(), fs::file_size(arguments.output), packed.repeated,
             packed.without_task, packed.skipped_lines);
  print_summary(packed.dataset,
                {{"known", packed.repeated},
                 {"without_task", packed.without_task},
                 {"skipped_lines", packed.skipped_lines},
                 {"bytes", fs::file_size(arguments.output)}},
                arguments.json);
  return Unit{};
}

Status show(const DatasetArguments& arguments) {
  TILECAST_TRY(const Dataset dataset, read_datasets(arguments.files));
  print_summary(dataset, nlohmann::json::object(), arguments.json);
  return Unit{};
}

using Action = Status (*)(const DatasetArguments&);

CLI::App* add(CLI::App& dataset, const char* name, const char* help, const std::shared_ptr<DatasetArguments>& arguments,
              Action action, int& exit_code) {
  CLI::App* command = dataset.add_subcommand(name, help);
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, action, &exit_code] {
    const Status status = action(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
  return command;
}

}  // namespace

void add_dataset_command(CLI::App& app, int& exit_code) {
  CLI::App* dataset = app.add_subcommand("dataset", "Files of measured programs to learn from.");
  dataset->require_subcommand(1);
  const auto arguments = std::make_shared<DatasetArguments>();

  CLI::App* tasks =
      add(*dataset, "tasks", "List the tasks of many models, each once.", arguments, list_tasks, exit_code);
  tasks->add_option("INDEX", arguments->input, "the models' index, which scripts/dataset/export.py writes")->required();
  tasks->add_option("-o,--output", arguments->output, "the list; compressed if the name ends in .xz")->required();
  tasks->add_option("--least-flops", arguments->limits.least_flops, "work of the smallest task")->capture_default_str();
  tasks->add_option("--most-flops", arguments->limits.most_flops, "work of the largest task")->capture_default_str();

  CLI::App* pack_command =
      add(*dataset, "pack", "Write what `tilecast collect` has gathered as one file.", arguments, pack, exit_code);
  pack_command->add_option("DIR", arguments->input, "the directory of record logs")->required();
  pack_command->add_option("--tasks", arguments->tasks, "the list of tasks, for their networks and splits")->required();
  pack_command->add_option("-o,--output", arguments->output, "the file; compressed if the name ends in .xz")
      ->required();
  pack_command->add_option("--except", arguments->files, "files whose records are left out");
  pack_command->add_flag("--disturbed", arguments->disturbed,
                         "other programs ran while these were measured: judges learn from them, but do not rank them");

  CLI::App* summary =
      add(*dataset, "show", "Say what files of a dataset hold, all together.", arguments, show, exit_code);
  summary->add_option("FILE", arguments->files, "lists of tasks and packed records")->required();

  add_dataset_states_command(*dataset, exit_code);
}

}  // namespace tilecast::tools
