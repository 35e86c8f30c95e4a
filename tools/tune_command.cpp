// tilecast tune: measures candidates of a model's tasks and records them.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands.h"
#include "display.h"
#include "model_source.h"
#include "runtime/package/weights_limit.h"
#include "stop_flag.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

struct TuneArguments {
  ModelSource source;
  TuneOptions tune;
  EvaluatorChoice evaluator;
  std::vector<std::filesystem::path> warm_start;
  std::optional<double> weights_limit;  // MB
  bool json = false;
};

nlohmann::json to_json(const TuneProgress& progress) {
  // JSON has no infinity: what is not measured is null.
  const auto number = [](double value) {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
  };
  nlohmann::json tasks = nlohmann::json::array();
  for (const TaskProgress& task : progress.tasks) {
    tasks.push_back({{"key", task.key},
                     {"name", task.name},
                     {"weight", task.weight},
                     {"flops", task.flops},
                     {"trials", task.trials},
                     {"best_seconds", number(task.best_seconds)}});
  }
  return {{"trials", progress.trials},
          {"errors", progress.errors},
          {"seconds", progress.seconds},
          {"model_seconds", number(progress.model_seconds)},
          {"tasks", tasks}};
}

// Keeps to algorithms whose weights fit.
Status limit_weights(const TuneArguments& arguments, double limit, const Hardware& hardware, TuneOptions& options) {
  TILECAST_TRY(const ImportedModel model, read_model(arguments.source, arguments.tune.seed));
  TILECAST_TRY(options.algorithms,
               algorithms_within(static_cast<std::int64_t>(limit * 1e6), model, hardware, options.threads));
  return Unit{};
}

int run_tune(const TuneArguments& arguments) {
  if (arguments.tune.trials == std::numeric_limits<std::int64_t>::max() && !std::isfinite(arguments.tune.seconds)) {
    return report_error("nothing ends this run: give --trials or --time");
  }
  const auto model = read_model_tasks(arguments.source);
  if (!model.ok()) return report_error(model.error().message);
  watch_for_stop();
  TuneOptions options = arguments.tune;
  if (arguments.weights_limit) {
    const Status limited = limit_weights(arguments, *arguments.weights_limit, probe_hardware(), options);
    if (!limited.ok()) return report_error(limited.error().message);
  }
  const Machine machine = measure_this_machine(arguments.tune.threads);
  const auto evaluator = make_evaluator(arguments.evaluator, machine, arguments.tune.seed);
  if (!evaluator.ok()) return report_error(evaluator.error().message);
  const Status warmed = warm_start(**evaluator, arguments.warm_start, arguments.tune.threads);
  if (!warmed.ok()) return report_error(warmed.error().message);
  auto measurer = make_measurer({.threads = arguments.tune.threads, .constant_bytes = model->constant_bytes});
  if (!measurer.ok()) return report_error(measurer.error().message);
  fmt::print("{} tasks, {} threads, peak {:.1f} GFLOP/s, evaluator {}, seed {}\n", model->tasks.size(),
             arguments.tune.threads, machine.peaks.gflops, arguments.evaluator.name, arguments.tune.seed);

  Display display(machine.peaks.gflops, {arguments.tune.trials, arguments.tune.seconds}, false);
  const TuneHooks hooks{[&](const TuneProgress& progress) { display.update(progress); }, stop_requested};
  const auto result = tune(model->tasks, options, machine.hardware, **evaluator, **measurer, hooks);
  if (!result.ok()) return report_error(result.error().message);
  display.finish(*result);
  fmt::print("time: propose {:.1f} s, build {:.1f} s, run {:.1f} s, update {:.1f} s\n", result->times.propose,
             result->times.build, result->times.run, result->times.update);
  if (result->interrupted) {
    fmt::print("stopped; {} is complete so far, the same command goes on from there\n",
               arguments.tune.records.string());
  }
  if (arguments.json) fmt::print("{}\n", to_json(*result).dump());
  return 0;
}

}  // namespace

void add_tune_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<TuneArguments>();
  CLI::App* command = app.add_subcommand("tune", "Search fast schedules for a model's tasks by measuring candidates.");
  add_model_arguments(*command, arguments->source);
  command->add_option("--trials", arguments->tune.trials, "candidates, over all tasks; those in the records count")
      ->check(CLI::PositiveNumber);
  command->add_option("--time", arguments->tune.seconds, "seconds")->check(CLI::PositiveNumber);
  command->add_option("--records", arguments->tune.records, "the record log: appended to, and resumed from")
      ->required();
  add_evaluator_options(*command, arguments->evaluator);
  command
      ->add_option(
          "--warm-start", arguments->warm_start,
          "record logs and files of a dataset, from which the evaluator learns before it starts, in place of what "
          "its model's trees know")
      ->check(CLI::ExistingFile);
  command->add_option("--seed", arguments->tune.seed, "of all random numbers")->capture_default_str();
  command->add_option("--threads", arguments->tune.threads, "threads of the tuned code")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_search_options(*command, arguments->tune.round, arguments->tune.optimism);
  command
      ->add_option("--weights-limit", arguments->weights_limit,
                   "MB that the model's weights may take: algorithms that make more of them are not measured; for "
                   "`tilecast compile` with the same limit")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] { exit_code = run_tune(*arguments); });
}

}  // namespace tilecast::tools
