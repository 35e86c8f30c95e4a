#include "model_search_bench.h"

#include <fmt/format.h>

#include <utility>

#include "base/hash.h"
#include "model_remeasurement.h"
#include "model_tuning.h"
#include "stop_flag.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

// Changes when other tasks are tuned, or the same ones occur more often.
std::string tasks_key(const std::vector<WeightedTask>& tasks) {
  StableHash hash;
  for (const WeightedTask& task : tasks) {
    hash.add_bytes(task.task.key);
    hash.add_int(static_cast<std::uint64_t>(task.weight));
  }
  return hash_to_hex(hash.finish());
}

class ModelSearchBench {
 public:
  explicit ModelSearchBench(const ModelSearchOptions& options)
      : options_(options), evaluators_(options.judges, options.knowledge, options.timing.threads) {}

  Result<bool> run(const std::vector<ModelToTune>& models) {
    TILECAST_TRY(remeasured_, read_model_remeasurements(model_remeasurement_file(options_.records)));
    for (int seed = 0; seed < options_.seeds; ++seed) {
      for (std::size_t i = 0; i < models.size(); ++i) {
        // Machines change their speed slowly: who goes first changes from one to the next.
        const std::size_t first = (i + static_cast<std::size_t>(seed)) % options_.judges.size();
        TILECAST_TRY(const bool done, compare(models[i], static_cast<std::uint64_t>(seed), first));
        if (!done) return false;
      }
    }
    return true;
  }

 private:
  // False: stopped.
  Result<bool> compare(const ModelToTune& model, std::uint64_t seed, std::size_t first) {
    const ModelRemeasurementKey key = key_of(model, seed);
    if (find_model_remeasurement(remeasured_, key, options_.judges) != nullptr) {
      fmt::print("{:<20} {:>4}  done before\n", model.name, seed);
      return true;
    }
    TILECAST_TRY(const std::vector<TuningRun> runs, tune_all(model, seed, first));
    if (stop_requested()) return false;
    auto times = time_model(model.file, tuned_models(model.name, seed), first, seed, options_.timing);
    if (stop_requested()) return false;
    if (!times.ok()) return Error{fmt::format("{}, seed {}: {}", model.name, seed, times.error().message)};
    ModelTimes& timed = *times;
    ModelRemeasurement result{.model = model.name,
                              .tasks_key = key.tasks_key,
                              .tasks = static_cast<int>(model.tasks.size()),
                              .seed = seed,
                              .hardware = key.hardware,
                              .cpu = hardware_.cpu,
                              .threads = key.threads,
                              .relative_error = timed.relative_error,
                              .disturbance = timed.disturbance,
                              .onnxruntime = std::move(timed.onnxruntime)};
    for (std::size_t j = 0; j < runs.size(); ++j) {
      result.judges.push_back({options_.judges[j], runs[j], std::move(timed.seconds[j])});
    }
    print(result);
    remeasured_.push_back(std::move(result));
    TILECAST_CHECK(write_model_remeasurements(model_remeasurement_file(options_.records), remeasured_));
    return true;
  }

  ModelRemeasurementKey key_of(const ModelToTune& model, std::uint64_t seed) const {
    const ModelTimingOptions& timing = options_.timing;
    return {model.name,     tasks_key(model.tasks),        seed, hardware_.fingerprint,
            timing.threads, timing.onnxruntime.has_value()};
  }

  // By judge; stop_requested() leaves some out.
  Result<std::vector<TuningRun>> tune_all(const ModelToTune& model, std::uint64_t seed, std::size_t first) {
    std::vector<TuningRun> runs(options_.judges.size());
    for (std::size_t turn = 0; turn < runs.size() && !stop_requested(); ++turn) {
      const std::size_t j = (first + turn) % runs.size();
      TILECAST_TRY(runs[j], tune_under(model, seed, j));
    }
    return runs;
  }

  fs::path log_of(const std::string& model, std::uint64_t seed, std::size_t j) const {
    return search_log(options_.records, model, options_.judges[j], seed);
  }

  std::vector<TunedModel> tuned_models(const std::string& model, std::uint64_t seed) const {
    std::vector<TunedModel> tuned;
    for (std::size_t j = 0; j < options_.judges.size(); ++j) {
      tuned.push_back({options_.judges[j].label(), log_of(model, seed, j)});
    }
    return tuned;
  }

  Result<TuningRun> tune_under(const ModelToTune& model, std::uint64_t seed, std::size_t j) {
    const SearchJudge& judge = options_.judges[j];
    const TuneOptions tune_options{.trials = judge.trials * static_cast<std::int64_t>(model.tasks.size()),
                                   .round = options_.round,
                                   .threads = options_.timing.threads,
                                   .seed = seed,
                                   .records = log_of(model.name, seed, j),
                                   .optimism = options_.optimism};
    TILECAST_TRY(const TuningRun known, read_tuning_run(model.tasks, tune_options, hardware_));
    if (known.trials >= tune_options.trials) return known;
    TILECAST_TRY(const auto evaluator, evaluators_.fresh(j));
    TILECAST_TRY(const auto measurer,
                 make_measurer({.threads = options_.timing.threads, .constant_bytes = model.constant_bytes}));
    TILECAST_TRY(const TuningRun run, go_on_tuning(model.tasks, tune_options, hardware_, known, *evaluator, *measurer));
    fmt::print("{:<20} {:>4}  {:<28} {:>6} trials {:>4} errors {}\n", model.name, seed, judge.label(), run.trials,
               run.errors, run.seconds ? fmt::format("{:>9.1f} s", *run.seconds) : "time unknown");
    std::fflush(stdout);
    return run;
  }

  static void print(const ModelRemeasurement& result) {
    const auto print_side = [&](const std::string& name, double seconds) {
      fmt::print("{:<20} {:>4}  {:<28} remeasured {:>10.3f} ms\n", result.model, result.seed, name, seconds * 1e3);
    };
    for (const ModelUnderJudge& entry : result.judges) print_side(entry.judge.label(), median_of(entry.seconds));
    if (result.onnxruntime) {
      print_side("onnxruntime " + result.onnxruntime->version, median_of(result.onnxruntime->seconds));
    }
    fmt::print("{:<20} {:>4}  relative error {:.1e}, disturbed {:.1f} %\n", result.model, result.seed,
               result.relative_error, 100 * result.disturbance);
    std::fflush(stdout);
  }

  const ModelSearchOptions& options_;
  const Hardware hardware_ = probe_hardware();
  SearchEvaluators evaluators_;
  std::vector<ModelRemeasurement> remeasured_;
};

}  // namespace

Result<bool> run_model_searches(const std::vector<ModelToTune>& models, const ModelSearchOptions& options) {
  return ModelSearchBench(options).run(models);
}

}  // namespace tilecast::tools
