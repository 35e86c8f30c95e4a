// tilecast bench evaluators: how many candidates a second each evaluator scores, next to what lowering them would cost.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "base/stopwatch.h"
#include "codegen/codegen.h"
#include "codegen/lowered_features.h"
#include "commands.h"
#include "model_source.h"
#include "space/space.h"
#include "stop_flag.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchEvaluatorsArguments {
  ModelSource source;
  std::vector<std::filesystem::path> warm_start;
  EvaluatorChoice choice;  // of which all names take turns
  std::size_t candidates = 4096;
  std::size_t lowered = 10;
  int rounds = 5;
  int threads = 2;
  std::uint64_t seed = 0;
  bool json = false;
};

// One task's candidates and what scoring them took.
struct TaskCosts {
  std::string name;
  std::map<std::string, std::vector<double>> per_second;  // by evaluator, one a round
  double lowering_seconds = 0;                            // a candidate
};

constexpr const char* kLowering = "lowering";

Result<std::vector<Trajectory>> sample(const TaskContext& context, const BenchEvaluatorsArguments& arguments,
                                       const Hardware& hardware) {
  const auto space = Space::create(context, hardware, arguments.threads);
  Random random(arguments.seed);
  std::vector<Trajectory> trajectories;
  for (std::size_t i = 0; i < arguments.candidates; ++i) trajectories.push_back(space->sample(random).trajectory);
  return trajectories;
}

// Lowering on one thread: Halide has one a process. A candidate that Halide refuses took its time as well.
double seconds_to_lower(const TaskContext& context, std::span<const Trajectory> trajectories) {
  const auto start = Clock::now();
  for (const Trajectory& trajectory : trajectories) {
    const auto state = replay(context.initial, trajectory);
    if (state.ok()) static_cast<void>(lowered_features(context.task, *state));
  }
  return seconds_since(start) / static_cast<double>(trajectories.size());
}

using Evaluators = std::map<std::string, std::unique_ptr<Evaluator>>;

// The evaluators take turns, so that a machine that changes its speed changes it for all.
Result<TaskCosts> measure_task(const Task& task, const BenchEvaluatorsArguments& arguments, const Hardware& hardware,
                               const Evaluators& evaluators) {
  TILECAST_TRY(const TaskContext context, make_task_context(task));
  TILECAST_TRY(const std::vector<Trajectory> trajectories, sample(context, arguments, hardware));
  TaskCosts costs{.name = task.name};
  for (int round = 0; round < arguments.rounds; ++round) {
    for (const auto& [name, evaluator] : evaluators) {
      const auto start = Clock::now();
      const std::vector<double> scores = evaluator->score(context, trajectories);
      costs.per_second[name].push_back(static_cast<double>(scores.size()) / seconds_since(start));
    }
  }
  const std::size_t lowered = std::min(arguments.lowered, trajectories.size());
  costs.lowering_seconds = seconds_to_lower(context, std::span(trajectories).first(lowered));
  return costs;
}

void report(const std::vector<TaskCosts>& tasks, const Evaluators& evaluators,
            const BenchEvaluatorsArguments& arguments) {
  fmt::print("{:<16}", "candidates/s");
  for (const auto& [name, evaluator] : evaluators) fmt::print(" {:>12}", name);
  fmt::print(" {:>12}\n", kLowering);
  std::map<std::string, std::vector<double>> rates;
  for (const TaskCosts& task : tasks) {
    fmt::print("{:<16}", task.name);
    for (const auto& [name, evaluator] : evaluators) {
      rates[name].push_back(median(task.per_second.at(name)));
      fmt::print(" {:>12.0f}", rates[name].back());
    }
    rates[kLowering].push_back(1 / task.lowering_seconds);
    fmt::print(" {:>12.1f}\n", rates[kLowering].back());
  }
  const double lowering = geometric_mean(rates[kLowering]);
  nlohmann::json results = nlohmann::json::object();
  for (const auto& [name, values] : rates) {
    const double mean = geometric_mean(values);
    const double slowest = *std::min_element(values.begin(), values.end());
    fmt::print("{}: {:.0f} candidates a second (geometric mean; slowest task {:.0f}), {:.0f} times lowering\n", name,
               mean, slowest, mean / lowering);
    results[name] = {{"candidates_per_second", mean}, {"slowest_task", slowest}, {"times_lowering", mean / lowering}};
  }
  if (arguments.json) {
    fmt::print(
        "{}\n",
        nlohmann::json{{"tasks", tasks.size()}, {"candidates", arguments.candidates}, {"results", results}}.dump());
  }
}

Status run_bench(const BenchEvaluatorsArguments& arguments) {
  TILECAST_TRY(const std::vector<WeightedTask> tasks, read_tasks(arguments.source));
  watch_for_stop();
  const Machine machine = measure_this_machine(arguments.threads);
  Evaluators evaluators;
  for (const std::string& name : evaluator_names()) {
    const EvaluatorChoice choice{name, arguments.choice.model};
    TILECAST_TRY(evaluators[name], make_evaluator(choice, machine, arguments.seed));
    TILECAST_CHECK(warm_start(*evaluators[name], arguments.warm_start, arguments.threads));
  }
  std::vector<TaskCosts> costs;
  for (const WeightedTask& task : tasks) {
    if (stop_requested()) break;
    TILECAST_TRY(TaskCosts measured, measure_task(task.task, arguments, machine.hardware, evaluators));
    costs.push_back(std::move(measured));
  }
  if (!costs.empty()) report(costs, evaluators, arguments);
  return Unit{};
}

}  // namespace

void add_bench_evaluators_command(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<BenchEvaluatorsArguments>();
  CLI::App* command = bench.add_subcommand(
      "evaluators", "Say how many candidates a second each evaluator scores, next to lowering them.");
  add_model_arguments(*command, arguments->source);
  command
      ->add_option("--warm-start", arguments->warm_start,
                   "record logs and files of a dataset, from which the evaluators learn first")
      ->check(CLI::ExistingFile);
  add_world_model_option(*command, arguments->choice);
  command->add_option("--candidates", arguments->candidates, "random samples of each task")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--lowered", arguments->lowered, "of these, how many are lowered")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--rounds", arguments->rounds, "times that each evaluator scores them, in turns; the median counts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads of the judged code")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "of all random numbers")->capture_default_str();
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] {
    const Status status = run_bench(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
