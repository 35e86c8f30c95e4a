// tilecast bench, and bench subgraphs: tunes each subgraph of a suite by itself, once a seed.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "commands.h"
#include "model_source.h"
#include "stop_flag.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

struct BenchArguments {
  ModelSource source;
  std::int64_t trials = 64;
  EvaluatorChoice evaluator;
  int seeds = 1;
  int threads = 2;
  std::filesystem::path records;
  std::vector<std::filesystem::path> warm_start;
  bool random_search = false;
  bool json = false;
};

struct BenchResult {
  std::string name;
  std::uint64_t seed = 0;
  TuneProgress progress;
};

double gflops_of(const BenchResult& result) {
  return result.progress.tasks.front().gflops();
}

nlohmann::json to_json(const BenchResult& result, double peak) {
  const TaskProgress& task = result.progress.tasks.front();
  const bool measured = std::isfinite(task.best_seconds);
  const double gflops = gflops_of(result);
  const TuneTimes& times = result.progress.times;
  return {
      {"name", result.name},
      {"seed", result.seed},
      {"trials", task.trials},
      {"errors", task.errors},
      {"best_seconds", measured ? nlohmann::json(task.best_seconds) : nlohmann::json(nullptr)},
      {"gflops", gflops},
      {"share_of_peak", gflops / peak},
      {"tuning_seconds", result.progress.seconds},
      {"times", {{"propose", times.propose}, {"build", times.build}, {"run", times.run}, {"update", times.update}}}};
}

// Every run starts with what `pretrained` knew before the first.
Result<TuneProgress> tune_alone(const WeightedTask& task, const BenchArguments& arguments, std::uint64_t seed,
                                const Hardware& hardware, const Evaluator& pretrained, Measurer& measurer) {
  TuneOptions options{.trials = arguments.trials, .threads = arguments.threads, .seed = seed};
  options.random_search = arguments.random_search;
  if (!arguments.records.empty()) {
    options.records = arguments.records / fmt::format("{}-{}.jsonl", task.task.name, seed);
  }
  const auto evaluator = pretrained.fresh();
  return tune({task}, options, hardware, *evaluator, measurer, {{}, stop_requested});
}

void print_row(const BenchResult& result, double peak) {
  const TuneProgress& progress = result.progress;
  fmt::print("{:<16} {:>4} {:>7} {:>6} {:>10.4f} {:>9.1f} {:>6.1f}% {:>8.1f}\n", result.name, result.seed,
             progress.trials, progress.errors, progress.tasks.front().best_seconds * 1e3, gflops_of(result),
             100 * gflops_of(result) / peak, progress.seconds);
  std::fflush(stdout);
}

void print_summary(const std::vector<BenchResult>& results, double peak) {
  std::vector<double> shares;
  std::vector<double> seconds;
  for (const BenchResult& result : results) {
    if (gflops_of(result) > 0) shares.push_back(gflops_of(result) / peak);
    seconds.push_back(result.progress.seconds);
  }
  if (shares.empty()) return;
  fmt::print("peak {:.1f} GFLOP/s; geometric mean of the shares {:.1f} %, median tuning time {:.1f} s\n", peak,
             100 * geometric_mean(shares), median(seconds));
}

int bench_subgraphs(const BenchArguments& arguments) {
  const auto tasks = read_tasks(arguments.source);
  if (!tasks.ok()) return report_error(tasks.error().message);
  watch_for_stop();
  const Machine machine = measure_this_machine(arguments.threads);
  auto measurer = make_measurer({.threads = arguments.threads});
  if (!measurer.ok()) return report_error(measurer.error().message);
  const auto evaluator = make_evaluator(arguments.evaluator, machine, 0);
  if (!evaluator.ok()) return report_error(evaluator.error().message);
  const Status warmed = warm_start(**evaluator, arguments.warm_start, arguments.threads);
  if (!warmed.ok()) return report_error(warmed.error().message);
  fmt::print("{} threads, {} trials, evaluator {}{}{}\n", arguments.threads, arguments.trials, arguments.evaluator.name,
             arguments.warm_start.empty() ? "" : ", pretrained", arguments.random_search ? ", random search" : "");
  fmt::print("{:<16} {:>4} {:>7} {:>6} {:>10} {:>9} {:>7} {:>8}\n", "subgraph", "seed", "trials", "errors", "best ms",
             "GFLOP/s", "peak", "tuning s");
  std::vector<BenchResult> results;
  double peak = machine.peaks.gflops;
  for (int seed = 0; seed < arguments.seeds; ++seed) {
    for (const WeightedTask& task : *tasks) {
      if (stop_requested()) break;
      // Neighbours on a shared machine lower it now and then: the largest of all counts.
      peak = std::max(peak, measure_peak_gflops(arguments.threads));
      auto progress =
          tune_alone(task, arguments, static_cast<std::uint64_t>(seed), machine.hardware, **evaluator, **measurer);
      if (!progress.ok()) return report_error(progress.error().message);
      results.push_back({task.task.name, static_cast<std::uint64_t>(seed), *progress});
      print_row(results.back(), peak);
    }
  }
  print_summary(results, peak);
  if (arguments.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const BenchResult& result : results) list.push_back(to_json(result, peak));
    fmt::print("{}\n", nlohmann::json{{"peak_gflops", peak}, {"results", list}}.dump());
  }
  return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  CLI::App* bench = app.add_subcommand("bench", "Measure what Tilecast reaches.");
  bench->require_subcommand(1);
  const auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command = bench->add_subcommand("subgraphs", "Tune each subgraph of a suite by itself.");
  command->add_option("--suite", arguments->source.file, "the suite (JSON)")->required();
  command->add_option("--only", arguments->source.only, "names of subgraphs, separated by commas")->delimiter(',');
  command->add_option("--trials", arguments->trials, "candidates a subgraph")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_evaluator_options(*command, arguments->evaluator);
  command->add_option("--seeds", arguments->seeds, "runs of each, with seeds 0, 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads of the tuned code")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--records", arguments->records,
                      "directory (it must exist) for a record log a run, by which a bench that was cut off goes on");
  command
      ->add_option(
          "--warm-start", arguments->warm_start,
          "record logs and files of a dataset, from which the evaluator learns before each run, in place of what "
          "its model's trees know")
      ->check(CLI::ExistingFile);
  command->add_flag("--random-search", arguments->random_search, "samples of the space instead of evolution");
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] { exit_code = bench_subgraphs(*arguments); });
  add_bench_evaluators_command(*bench, exit_code);
  add_bench_models_command(*bench, exit_code);
  add_bench_ranking_command(*bench, exit_code);
  add_bench_search_command(*bench, exit_code);
  add_bench_search_models_command(*bench, exit_code);
}

}  // namespace tilecast::tools
