#include "search_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "codegen/codegen.h"
#include "record/record_log.h"
#include "remeasurement.h"
#include "stop_flag.h"
#include "tune_session.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Of a search's log.
struct FoundProgram {
  std::optional<Trajectory> best;
  std::int64_t trials = 0;
  double seconds = kInfinity;
};

FoundProgram best_of(const std::vector<MeasureRecord>& records) {
  FoundProgram found;
  for (const MeasureRecord& record : records) {
    ++found.trials;
    if (!record.ok() || record.seconds() >= found.seconds) continue;
    found.best = record.trajectory;
    found.seconds = record.seconds();
  }
  return found;
}

class SearchBench {
 public:
  SearchBench(const SearchBenchOptions& options, Measurer& measurer, Measurer& remeasurer)
      : options_(options),
        measurer_(measurer),
        remeasurer_(remeasurer),
        evaluators_(options.judges, options.knowledge, options.threads) {}

  Result<bool> run(const std::vector<WeightedTask>& tasks) {
    TILECAST_TRY(remeasured_, read_remeasurements(remeasurement_file(options_.records)));
    for (int seed = 0; seed < options_.seeds; ++seed) {
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        // Machines change their speed slowly: who goes first changes from one to the next.
        const std::size_t first = (i + static_cast<std::size_t>(seed)) % options_.judges.size();
        TILECAST_TRY(const bool done, compare(tasks[i].task, static_cast<std::uint64_t>(seed), first));
        if (!done) return false;
      }
    }
    return true;
  }

 private:
  // False: stopped.
  Result<bool> compare(const Task& task, std::uint64_t seed, std::size_t first) {
    const RemeasurementKey key{task.name, task.key, seed, hardware_.fingerprint, options_.threads};
    if (find_remeasurement(remeasured_, key, options_.judges) != nullptr) {
      fmt::print("{:<16} {:>4}  done before\n", task.name, seed);
      return true;
    }
    Remeasurement result{task.name, task.key, seed, key.hardware, key.threads, measure_peak_gflops(options_.threads),
                         {}};
    std::vector<FoundProgram> found(options_.judges.size());
    for (std::size_t turn = 0; turn < found.size(); ++turn) {
      const std::size_t j = (first + turn) % found.size();
      TILECAST_TRY(found[j], search(task, seed, j));
      if (stop_requested()) return false;
    }
    TILECAST_CHECK(remeasure(task, found, first, result));
    if (stop_requested()) return false;
    print(result);
    remeasured_.push_back(std::move(result));
    TILECAST_CHECK(write_remeasurements(remeasurement_file(options_.records), remeasured_));
    return true;
  }

  Result<FoundProgram> search(const Task& task, std::uint64_t seed, std::size_t j) {
    const SearchJudge& judge = options_.judges[j];
    const fs::path log = search_log(options_.records, task.name, judge, seed);
    TILECAST_TRY(const FoundProgram known, read(log, task));
    if (known.trials >= judge.trials) return known;
    TILECAST_TRY(const auto evaluator, evaluators_.fresh(j));
    const TuneOptions tune_options{.trials = judge.trials,
                                   .round = options_.round,
                                   .threads = options_.threads,
                                   .seed = seed,
                                   .records = log,
                                   .optimism = options_.optimism};
    TILECAST_TRY(const TuneProgress progress,
                 tune({{task}}, tune_options, hardware_, *evaluator, measurer_, {.cancelled = stop_requested}));
    TILECAST_TRY(const FoundProgram found, read(log, task));
    fmt::print("{:<16} {:>4}  {:<28} {:>5} trials {:>4} errors {:>10.4f} ms {:>7.1f} s\n", task.name, seed,
               judge.label(), progress.trials, progress.errors, found.seconds * 1e3, progress.seconds);
    std::fflush(stdout);
    return found;
  }

  Result<FoundProgram> read(const fs::path& log, const Task& task) const {
    if (!fs::exists(log)) return FoundProgram{};
    TILECAST_TRY(const RecordSet set, read_record_log(log));
    return best_of(records_of(set, task.key, hardware_.fingerprint, options_.threads));
  }

  // Fills in the judges of `result`, in the order of the options.
  Status remeasure(const Task& task, const std::vector<FoundProgram>& found, std::size_t first, Remeasurement& result) {
    TILECAST_TRY(const TaskContext context, make_task_context(task));
    std::vector<Trajectory> programs;
    std::vector<std::size_t> owners;
    for (int round = 0; round < options_.rounds; ++round) {
      for (std::size_t turn = 0; turn < found.size(); ++turn) {
        const std::size_t j = (first + static_cast<std::size_t>(round) + turn) % found.size();
        if (!found[j].best) continue;
        programs.push_back(*found[j].best);
        owners.push_back(j);
      }
    }
    for (const SearchJudge& judge : options_.judges) result.judges.push_back({judge, {}});
    return remeasurer_.measure(context, programs, kInfinity, [&](std::size_t i, const MeasureRecord& record) {
      if (record.ok()) result.judges[owners[i]].seconds.push_back(record.seconds());
    });
  }

  static void print(const Remeasurement& result) {
    for (const RemeasuredJudge& entry : result.judges) {
      fmt::print("{:<16} {:>4}  {:<28} remeasured {:>10.4f} ms\n", result.subgraph, result.seed, entry.judge.label(),
                 entry.median_seconds() * 1e3);
    }
    std::fflush(stdout);
  }

  const SearchBenchOptions& options_;
  Measurer& measurer_;
  Measurer& remeasurer_;
  const Hardware hardware_ = probe_hardware();
  SearchEvaluators evaluators_;
  std::vector<Remeasurement> remeasured_;
};

}  // namespace

Result<bool> run_searches(const std::vector<WeightedTask>& tasks, const SearchBenchOptions& options) {
  TILECAST_TRY(const auto measurer, make_measurer({.threads = options.threads}));
  // Remeasuring is not for winning: the slower of two programs has as many samples as the faster one.
  TILECAST_TRY(const auto remeasurer, make_measurer({.threads = options.threads, .cut_short_ratio = kInfinity}));
  return SearchBench(options, *measurer, *remeasurer).run(tasks);
}

}  // namespace tilecast::tools
