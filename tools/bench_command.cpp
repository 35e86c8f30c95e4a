// tilecast bench subgraphs: tunes each subgraph of a suite by itself, cold, once a seed.
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
  std::string evaluator = evaluator_names().back();
  int seeds = 1;
  int threads = 2;
  std::filesystem::path records;
  bool random_search = false;
  bool json = false;
};

struct BenchResult {
  std::string name;
  std::uint64_t seed = 0;
  TuneProgress progress;
};

nlohmann::json to_json(const BenchResult& result, double peak) {
  const TaskProgress& task = result.progress.tasks.front();
  const bool measured = std::isfinite(task.best_seconds);
  const double gflops = measured ? task.flops / task.best_seconds / 1e9 : 0;
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

int bench_subgraphs(const BenchArguments& arguments) {
  const auto tasks = read_tasks(arguments.source);
  if (!tasks.ok()) return report_error(tasks.error().message);
  watch_for_stop();
  const Hardware hardware = probe_hardware();
  const double peak = measure_peak_gflops(arguments.threads);
  auto measurer = make_measurer(arguments.threads);
  if (!measurer.ok()) return report_error(measurer.error().message);
  fmt::print("peak {:.1f} GFLOP/s with {} threads; {} trials, evaluator {}{}\n", peak, arguments.threads,
             arguments.trials, arguments.evaluator, arguments.random_search ? ", random search" : "");
  fmt::print("{:<16} {:>4} {:>7} {:>6} {:>10} {:>9} {:>7} {:>8}\n", "subgraph", "seed", "trials", "errors", "best ms",
             "GFLOP/s", "peak", "tuning s");
  nlohmann::json list = nlohmann::json::array();
  std::vector<double> shares;
  std::vector<double> seconds;
  for (int seed = 0; seed < arguments.seeds; ++seed) {
    for (const WeightedTask& task : *tasks) {
      if (stop_requested()) break;
      TuneOptions options{.trials = arguments.trials, .threads = arguments.threads};
      options.seed = static_cast<std::uint64_t>(seed);
      options.random_search = arguments.random_search;
      if (!arguments.records.empty()) {
        options.records = arguments.records / fmt::format("{}-{}.jsonl", task.task.name, seed);
      }
      // A fresh evaluator each time: every run starts cold.
      const auto evaluator = make_evaluator(arguments.evaluator, hardware, arguments.threads, options.seed);
      auto progress = tune({task}, options, hardware, *evaluator, **measurer, {{}, stop_requested});
      if (!progress.ok()) return report_error(progress.error().message);
      const nlohmann::json entry = to_json(BenchResult{task.task.name, options.seed, *progress}, peak);
      const double best = progress->tasks.front().best_seconds;
      const double share = entry["share_of_peak"].get<double>();
      fmt::print("{:<16} {:>4} {:>7} {:>6} {:>10.4f} {:>9.1f} {:>6.1f}% {:>8.1f}\n", task.task.name, seed,
                 progress->trials, progress->errors, best * 1e3, entry["gflops"].get<double>(), 100 * share,
                 progress->seconds);
      std::fflush(stdout);
      if (share > 0) shares.push_back(share);
      seconds.push_back(progress->seconds);
      list.push_back(entry);
    }
  }
  if (!shares.empty()) {
    fmt::print("geometric mean of the shares of peak {:.1f} %, median tuning time {:.1f} s\n",
               100 * geometric_mean(shares), median(seconds));
  }
  if (arguments.json) fmt::print("{}\n", nlohmann::json{{"peak_gflops", peak}, {"results", list}}.dump());
  return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  CLI::App* bench = app.add_subcommand("bench", "Measure what Tilecast reaches.");
  bench->require_subcommand(1);
  const auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command =
      bench->add_subcommand("subgraphs", "Tune each subgraph of a suite by itself, without prior records.");
  command->add_option("--suite", arguments->source.file, "the suite (JSON)")->required();
  command->add_option("--only", arguments->source.only, "names of subgraphs, separated by commas")->delimiter(',');
  command->add_option("--trials", arguments->trials, "candidates a subgraph")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--evaluator", arguments->evaluator, "judge of candidates")
      ->check(CLI::IsMember(evaluator_names()))
      ->capture_default_str();
  command->add_option("--seeds", arguments->seeds, "runs of each, with seeds 0, 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads of the tuned code")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--records", arguments->records,
                      "directory (it must exist) for a record log a run, by which a bench that was cut off goes on");
  command->add_flag("--random-search", arguments->random_search, "samples of the space instead of evolution");
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] { exit_code = bench_subgraphs(*arguments); });
}

}  // namespace tilecast::tools
