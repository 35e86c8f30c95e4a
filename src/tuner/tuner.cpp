#include "tuner/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/hash.h"
#include "base/stopwatch.h"
#include "codegen/codegen.h"
#include "search/random_search.h"
#include "tuner/task_scheduler.h"

namespace tilecast {
namespace {

using Clock = std::chrono::steady_clock;

// One task with all that its search needs. Not movable: the parts refer to each other.
struct TaskSearch {
  TaskContext context;
  std::unique_ptr<Space> space;
  std::unique_ptr<SearchPolicy> policy;
};

// Tasks are of one class when their operators are the same and there are as many algorithms for them.
std::string similarity_class(const Task& task, std::size_t algorithms) {
  std::string ops = std::to_string(algorithms) + ' ';
  for (const OpNode& node : task.graph.nodes) ops += node.op + ' ';
  return ops;
}

class TuneRun {
 public:
  TuneRun(const TuneOptions& options, const Hardware& hardware, Evaluator& evaluator, Measurer& measurer,
          const TuneHooks& hooks)
      : options_(options), hardware_(hardware), evaluator_(evaluator), measurer_(measurer), hooks_(hooks) {}

  Result<TuneProgress> run(const std::vector<WeightedTask>& tasks) {
    for (const WeightedTask& task : tasks) TILECAST_CHECK(add_task(task));
    TILECAST_CHECK(resume());
    TaskScheduler scheduler = make_scheduler(tasks);
    while (!finished()) {
      const std::size_t next = scheduler.next();
      if (next == searches_.size()) break;
      TILECAST_TRY(const bool found, run_round(next));
      if (!found) scheduler.exhaust(next);
      scheduler.finish_round(next, progress_.tasks[next].best_seconds);
    }
    refresh_totals();
    return progress_;
  }

 private:
  Status add_task(const WeightedTask& weighted) {
    auto search = std::make_unique<TaskSearch>();
    TILECAST_TRY(search->context, make_task_context(weighted.task));
    const auto algorithms = options_.algorithms.find(weighted.task.key);
    search->space = Space::create(search->context, hardware_, options_.threads,
                                  algorithms == options_.algorithms.end() ? std::vector<Name>() : algorithms->second);
    // Each task has random numbers of its own: what one finds does not depend on which others are tuned.
    Random random(options_.seed ^ stable_hash(weighted.task.key));
    if (options_.random_search) {
      search->policy = std::make_unique<RandomSearch>(*search->space, random);
    } else {
      search->policy = std::make_unique<EvolutionarySearch>(search->context, *search->space, evaluator_, random,
                                                            EvolutionOptions{.optimism = options_.optimism});
    }
    const Task& task = search->context.task;
    progress_.tasks.push_back({.key = task.key, .name = task.name, .weight = weighted.weight, .flops = task.flops});
    searches_.push_back(std::move(search));
    return Unit{};
  }

  Status resume() {
    if (options_.records.empty()) return Unit{};
    TILECAST_TRY(log_, RecordLog::open(options_.records));
    TILECAST_CHECK(log_->add_hardware(hardware_));
    const RecordSet known = log_->take_contents();
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      const auto mine = records_of(known, progress_.tasks[i].key, hardware_.fingerprint, options_.threads);
      if (mine.empty()) continue;
      for (const MeasureRecord& record : mine) count(i, record);
      learn(i, mine);
    }
    return Unit{};
  }

  TaskScheduler make_scheduler(const std::vector<WeightedTask>& tasks) const {
    std::vector<TaskScheduler::TaskFacts> facts;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const std::size_t algorithms = searches_[i]->context.initial.program().alternatives.size();
      facts.push_back({tasks[i].weight, tasks[i].task.flops, similarity_class(tasks[i].task, algorithms)});
    }
    TaskScheduler scheduler(std::move(facts));
    for (std::size_t i = 0; i < progress_.tasks.size(); ++i) {
      const TaskProgress& task = progress_.tasks[i];
      for (std::int64_t t = options_.round; t <= task.trials; t += options_.round) {
        scheduler.finish_round(i, task.best_seconds);
      }
    }
    return scheduler;
  }

  bool cancelled() const { return hooks_.cancelled && hooks_.cancelled(); }

  bool finished() {
    progress_.interrupted = cancelled();
    return progress_.interrupted || progress_.trials >= options_.trials || seconds_since(start_) >= options_.seconds;
  }

  // The share of the budget that is spent.
  double spent() const {
    const double by_trials = static_cast<double>(progress_.trials) / static_cast<double>(options_.trials);
    return std::min(1.0, std::max(by_trials, seconds_since(start_) / options_.seconds));
  }

  // False when the policy has no more candidates.
  Result<bool> run_round(std::size_t t) {
    TaskSearch& search = *searches_[t];
    progress_.current = t;
    const auto left = static_cast<std::size_t>(options_.trials - progress_.trials);
    const auto propose_start = Clock::now();
    const std::vector<Proposal> proposals =
        search.policy->propose(std::min<std::size_t>(static_cast<std::size_t>(options_.round), left), spent());
    progress_.times.propose += seconds_since(propose_start);
    if (proposals.empty()) return false;
    if (log_) TILECAST_CHECK(log_->add_task(search.context.task));

    std::vector<Trajectory> trajectories;
    for (const Proposal& proposal : proposals) trajectories.push_back(proposal.candidate.trajectory);
    std::vector<MeasureRecord> records;
    Status logged = Unit{};
    const auto measure_start = Clock::now();
    double run_seconds = 0;
    TILECAST_CHECK(measurer_.measure(search.context, trajectories, progress_.tasks[t].best_seconds,
                                     [&](std::size_t i, const MeasureRecord& measured) {
                                       MeasureRecord record = measured;
                                       record.origin = proposals[i].origin;
                                       record.sketch = proposals[i].candidate.sketch;
                                       record.decisions = proposals[i].candidate.decisions;
                                       if (log_ && logged.ok()) logged = log_->append(record);
                                       run_seconds += record.run_seconds;
                                       count(t, record);
                                       records.push_back(std::move(record));
                                       refresh_totals();
                                       if (hooks_.on_progress) hooks_.on_progress(progress_);
                                     }));
    TILECAST_CHECK(logged);
    progress_.times.run += run_seconds;
    progress_.times.build += seconds_since(measure_start) - run_seconds;
    learn(t, records);
    return true;
  }

  void count(std::size_t t, const MeasureRecord& record) {
    TaskProgress& task = progress_.tasks[t];
    ++task.trials;
    ++progress_.trials;
    if (record.ok()) {
      task.best_seconds = std::min(task.best_seconds, record.seconds());
    } else {
      ++task.errors;
      ++progress_.errors;
    }
  }

  void learn(std::size_t t, std::span<const MeasureRecord> records) {
    const auto start = Clock::now();
    searches_[t]->policy->observe(records);
    evaluator_.update(searches_[t]->context, records);
    progress_.times.update += seconds_since(start);
  }

  void refresh_totals() {
    progress_.seconds = seconds_since(start_);
    progress_.model_seconds = 0;
    for (const TaskProgress& task : progress_.tasks) progress_.model_seconds += task.weight * task.best_seconds;
  }

  const TuneOptions& options_;
  const Hardware& hardware_;
  Evaluator& evaluator_;
  Measurer& measurer_;
  const TuneHooks& hooks_;
  const Clock::time_point start_ = Clock::now();
  std::vector<std::unique_ptr<TaskSearch>> searches_;
  std::optional<RecordLog> log_;
  TuneProgress progress_;
};

}  // namespace

Result<TuneProgress> tune(const std::vector<WeightedTask>& tasks, const TuneOptions& options, const Hardware& hardware,
                          Evaluator& evaluator, Measurer& measurer, const TuneHooks& hooks) {
  return TuneRun(options, hardware, evaluator, measurer, hooks).run(tasks);
}

}  // namespace tilecast
