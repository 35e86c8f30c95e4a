// The tuning loop: proposes, measures, records and learns, for all tasks of a model, until the budget is spent.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/name.h"
#include "base/result.h"
#include "evaluator/evaluator.h"
#include "ir/task.h"
#include "measure/measurer.h"
#include "record/record_log.h"
#include "search/evolutionary_search.h"

namespace tilecast {

struct TuneOptions {
  // Ends when this many candidates of these tasks stand in the records (those of earlier runs with the same hardware
  // and number of threads included), or after this many seconds.
  std::int64_t trials = std::numeric_limits<std::int64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
  int round = 5;  // candidates measured at once
  int threads = 2;
  std::uint64_t seed = 0;
  std::filesystem::path records;  // empty: no log
  bool random_search = false;     // samples instead of evolution
  double optimism = EvolutionOptions{}.optimism;
  // By task key: the algorithms whose programs are measured; of all where a task is not named.
  std::map<std::string, std::vector<Name>> algorithms = {};
};

struct TaskProgress {
  std::string key;
  std::string name;
  double weight = 1;
  double flops = 0;
  std::int64_t trials = 0;
  std::int64_t errors = 0;
  double best_seconds = std::numeric_limits<double>::infinity();
  // Of the best; 0 when nothing was measured.
  double gflops() const { return flops / best_seconds / 1e9; }
};

// Wall-clock seconds of the run by what was done.
struct TuneTimes {
  double propose = 0;  // sampling, evolution, scoring
  double build = 0;
  double run = 0;
  double update = 0;  // training
};

struct TuneProgress {
  std::vector<TaskProgress> tasks;
  std::size_t current = 0;  // the task of this round
  std::int64_t trials = 0;
  std::int64_t errors = 0;
  double seconds = 0;        // of this run
  double model_seconds = 0;  // sum of weight x best; infinity while a task has none
  TuneTimes times;
  bool interrupted = false;
};

struct TuneHooks {
  std::function<void(const TuneProgress&)> on_progress;  // after each measured candidate
  std::function<bool()> cancelled;                       // asked often; true ends the run in order
};

// Tunes the tasks (each key once). `evaluator` and `measurer` must outlive the call. Errors are of the records' file or
// of the machine; what goes wrong with a candidate is in its record.
Result<TuneProgress> tune(const std::vector<WeightedTask>& tasks, const TuneOptions& options, const Hardware& hardware,
                          Evaluator& evaluator, Measurer& measurer, const TuneHooks& hooks = {});

}  // namespace tilecast
