// tilecast collect: measures programs of a dataset's tasks, in as many sittings as it takes.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "commands.h"
#include "record/dataset_file.h"
#include "stop_flag.h"
#include "tune_session.h"
#include "tuner/collector.h"

namespace tilecast::tools {
namespace {

struct CollectArguments {
  std::filesystem::path tasks;
  std::vector<std::filesystem::path> known;
  CollectOptions collect;
  std::vector<std::string> splits;
  std::size_t most_tasks = std::numeric_limits<std::size_t>::max();
  bool json = false;
};

double rate_of(const CollectProgress& progress) {
  return progress.seconds > 0 ? static_cast<double>(progress.measured) / progress.seconds : 0;
}

std::string totals(const CollectProgress& progress) {
  return fmt::format("{} of {} tasks, {} programs, {} measured by this run ({} errors), {:.2f} a second",
                     progress.tasks_begun, progress.tasks, progress.programs, progress.measured, progress.errors,
                     rate_of(progress));
}

// One line that is drawn again on a terminal; in a pipe, a line now and then.
class CollectDisplay {
 public:
  void update(const CollectProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_drawn_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10))) return;
    last_drawn_ = now;
    const std::string best =
        std::isfinite(progress.best_seconds) ? fmt::format("{:.4f} ms", progress.best_seconds * 1e3) : "-";
    fmt::print("{}{:7.1f} s  {}; {}: {} programs, best {}{}", terminal_ ? "\r\x1b[K" : "", progress.seconds,
               totals(progress), progress.task, progress.task_programs, best, terminal_ ? "" : "\n");
    std::fflush(stdout);
  }
  void finish(const CollectProgress& progress) {
    fmt::print("{}{:7.1f} s  {}\n", terminal_ ? "\r\x1b[K" : "", progress.seconds, totals(progress));
    fmt::print("time: propose {:.1f} s, build {:.1f} s, run {:.1f} s, update {:.1f} s\n", progress.times.propose,
               progress.times.build, progress.times.run, progress.times.update);
    for (const std::string& failure : progress.failures) fmt::print("given up: {}\n", failure);
    std::fflush(stdout);
  }

 private:
  bool terminal_ = ::isatty(STDOUT_FILENO) != 0;
  std::chrono::steady_clock::time_point last_drawn_{};
};

nlohmann::json to_json(const CollectProgress& progress) {
  return {
      {"tasks", progress.tasks},       {"tasks_begun", progress.tasks_begun}, {"programs", progress.programs},
      {"measured", progress.measured}, {"errors", progress.errors},           {"seconds", progress.seconds},
      {"rate", rate_of(progress)},     {"failures", progress.failures},       {"interrupted", progress.interrupted}};
}

// In an order by which the first ones are a fair sample, the same for ever.
void keep_sample(std::vector<Task>& tasks, std::size_t count) {
  if (tasks.size() <= count) return;
  std::sort(tasks.begin(), tasks.end(),
            [](const Task& a, const Task& b) { return stable_hash(a.key) < stable_hash(b.key); });
  tasks.resize(count);
}

Result<std::vector<Task>> chosen_tasks(const CollectArguments& arguments) {
  TILECAST_TRY(const Dataset dataset, read_dataset(arguments.tasks));
  std::vector<Task> tasks;
  for (const auto& [key, task] : dataset.tasks) {
    const auto& splits = arguments.splits;
    const bool wanted =
        splits.empty() || std::find(splits.begin(), splits.end(), split_name(task.split)) != splits.end();
    if (wanted) tasks.push_back(task.task);
  }
  keep_sample(tasks, arguments.most_tasks);
  if (tasks.empty()) return Error{fmt::format("{} has no tasks to measure", arguments.tasks.string())};
  return tasks;
}

Result<CollectProgress> run_collect(const CollectArguments& arguments, CollectDisplay& display) {
  CollectOptions options = arguments.collect;
  if (options.programs == std::numeric_limits<std::int64_t>::max() && !std::isfinite(options.seconds)) {
    return Error{"nothing ends this run: give --programs or --time"};
  }
  TILECAST_TRY(const std::vector<Task> tasks, chosen_tasks(arguments));
  TILECAST_TRY(const Dataset known, read_datasets(arguments.known));
  for (const MeasureRecord& record : known.records) ++options.known[record.task_key];
  watch_for_stop();
  const Hardware hardware = probe_hardware();
  fmt::print("{} tasks, {} threads, seed {}, hardware {}\n", tasks.size(), options.threads, options.seed,
             hardware.fingerprint);
  const CollectHooks hooks{.make_measurer = [&] { return make_measurer(collect_measure_options(options.threads)); },
                           .measure_machine = [&] { return measure_machine_state(hardware, options.threads); },
                           .on_progress = [&](const CollectProgress& progress) { display.update(progress); },
                           .cancelled = stop_requested};
  return collect(tasks, options, hardware, hooks);
}

int collect_programs(const CollectArguments& arguments) {
  CollectDisplay display;
  const auto result = run_collect(arguments, display);
  if (!result.ok()) return report_error(result.error().message);
  display.finish(*result);
  if (result->interrupted) {
    fmt::print("stopped; {} is complete so far, the same command goes on from there\n",
               arguments.collect.directory.string());
  }
  if (arguments.json) fmt::print("{}\n", to_json(*result).dump());
  return 0;
}

}  // namespace

void add_collect_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<CollectArguments>();
  CollectOptions& options = arguments->collect;
  CLI::App* command = app.add_subcommand(
      "collect",
      "Measure programs of a dataset's tasks, half of them random, half found by search, as many of each task.");
  command->add_option("--tasks", arguments->tasks, "the list of tasks, such as data/dataset/tasks.jsonl.xz")
      ->required();
  command->add_option("-o,--output", options.directory, "directory of record logs: appended to, and resumed from")
      ->required();
  command->add_option("--programs", options.programs, "ends when the directory holds so many")
      ->check(CLI::PositiveNumber);
  command->add_option("--time", options.seconds, "seconds")->check(CLI::PositiveNumber);
  command->add_option("--split", arguments->splits, "only tasks of these splits, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"train", "validation", "held-out"}));
  command->add_option("--most-tasks", arguments->most_tasks, "only so many tasks, always the same ones")
      ->check(CLI::PositiveNumber);
  command->add_option("--known", arguments->known,
                      "packed records: their tasks come after those that have fewer programs");
  command->add_option("--round", options.round, "programs of a task measured at once")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--probe", options.probe_seconds, "seconds between two measurements of the machine's state")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of all random numbers")->capture_default_str();
  command->add_option("--threads", options.threads, "threads of the measured programs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] { exit_code = collect_programs(*arguments); });
}

}  // namespace tilecast::tools
