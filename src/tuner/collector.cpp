#include "tuner/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "base/hash.h"
#include "base/stopwatch.h"
#include "evaluator/random_evaluator.h"
#include "evaluator/static_evaluator.h"
#include "record/record_log.h"

namespace tilecast {
namespace {

using Clock = std::chrono::steady_clock;

// So many tasks in a row that cannot be measured are no fault of theirs.
constexpr int kMostFailures = 5;

// What a task's log holds.
struct Counts {
  std::int64_t programs = 0;
  std::int64_t random = 0;  // of those, samples that nothing judged
  std::int64_t errors = 0;
  std::int64_t guided() const { return programs - random; }
};

struct CollectedTask {
  WeightedTask task;
  std::uint64_t order = 0;  // among tasks with as many programs
  std::int64_t known = 0;   // from elsewhere
  Counts counts;
  bool finished = false;  // no more candidates, or given up
};

// Learns what is known when a round begins, and not from the round, after which it judges nothing more.
class RoundEvaluator final : public Evaluator {
 public:
  RoundEvaluator(std::unique_ptr<Evaluator> judge, bool something_is_known)
      : judge_(std::move(judge)), learns_(something_is_known) {}
  std::string name() const override { return judge_->name(); }
  std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const override {
    return judge_->score(task, trajectories);
  }
  std::vector<double> optimistic_scores(const TaskContext& task, std::span<const Trajectory> trajectories,
                                        double optimism) const override {
    return judge_->optimistic_scores(task, trajectories, optimism);
  }
  void update(const TaskContext& task, std::span<const MeasureRecord> records) override {
    if (std::exchange(learns_, false)) judge_->update(task, records);
  }
  Status pretrain(std::span<const TaskRecords> records) override { return judge_->pretrain(records); }
  bool is_pretrained() const override { return judge_->is_pretrained(); }
  std::unique_ptr<Evaluator> fresh() const override {
    return std::make_unique<RoundEvaluator>(judge_->fresh(), learns_);
  }

 private:
  std::unique_ptr<Evaluator> judge_;
  bool learns_;
};

class CollectRun {
 public:
  CollectRun(const CollectOptions& options, const Hardware& hardware, const CollectHooks& hooks)
      : options_(options), hardware_(hardware), hooks_(hooks) {}

  Result<CollectProgress> run(std::span<const Task> tasks) {
    TILECAST_CHECK(open_directory());
    for (const Task& task : tasks) TILECAST_CHECK(add_task(task));
    progress_.tasks = tasks_.size();
    while (!spent()) {
      CollectedTask* next = next_task();
      if (next == nullptr) break;
      if (!measurer_ || seconds_since(last_probe_) >= options_.probe_seconds) TILECAST_CHECK(start_section());
      TILECAST_CHECK(visit(*next));
    }
    progress_.interrupted = cancelled();
    progress_.seconds = seconds_since(start_);
    return progress_;
  }

 private:
  Status open_directory() {
    std::error_code error;
    std::filesystem::create_directories(options_.directory, error);
    if (error) return Error{fmt::format("cannot make {}: {}", options_.directory.string(), error.message())};
    TILECAST_TRY(machine_log_, RecordLog::open(options_.directory / "machine.jsonl"));
    return machine_log_->add_hardware(hardware_);
  }

  std::filesystem::path log_of(const CollectedTask& task) const {
    return options_.directory / (task.task.task.key + ".jsonl");
  }

  Status add_task(const Task& task) {
    CollectedTask collected{.task = {task, 1}, .order = stable_hash(fmt::format("{} {}", options_.seed, task.key))};
    if (const auto known = options_.known.find(task.key); known != options_.known.end()) {
      collected.known = known->second;
    }
    TILECAST_TRY(collected.counts, read_counts(collected));
    progress_.programs += collected.counts.programs;
    if (collected.counts.programs > 0) ++progress_.tasks_begun;
    tasks_.push_back(std::move(collected));
    return Unit{};
  }

  Result<Counts> read_counts(const CollectedTask& task) const {
    Counts counts;
    if (!std::filesystem::exists(log_of(task))) return counts;
    TILECAST_TRY(const RecordSet set, read_record_log(log_of(task)));
    for (const MeasureRecord& record : set.records) {
      if (record.hardware != hardware_.fingerprint || record.threads != options_.threads) continue;
      ++counts.programs;
      if (record.origin == "random") ++counts.random;
      if (!record.ok()) ++counts.errors;
    }
    return counts;
  }

  bool cancelled() const { return hooks_.cancelled && hooks_.cancelled(); }

  bool spent() const {
    return cancelled() || progress_.programs >= options_.programs || seconds_since(start_) >= options_.seconds;
  }

  CollectedTask* next_task() {
    CollectedTask* next = nullptr;
    const auto rank = [](const CollectedTask& task) {
      return std::pair(task.known + task.counts.programs, task.order);
    };
    for (CollectedTask& task : tasks_) {
      if (!task.finished && (next == nullptr || rank(task) < rank(*next))) next = &task;
    }
    return next;
  }

  // The old workers end before the machine is measured: it must be idle.
  Status start_section() {
    measurer_.reset();
    TILECAST_CHECK(machine_log_->append(hooks_.measure_machine()));
    last_probe_ = Clock::now();
    TILECAST_TRY(measurer_, hooks_.make_measurer());
    return Unit{};
  }

  // A round of each kind, or of the one that is behind: the reference that each task needs is computed once for both.
  Status visit(CollectedTask& task) {
    do {
      const Status done = run_round(task);
      if (done.ok()) {
        failures_in_a_row_ = 0;
        continue;
      }
      task.finished = true;
      progress_.failures.push_back(done.error().message);
      if (++failures_in_a_row_ >= kMostFailures) return done.error();
    } while (!task.finished && !spent() && task.counts.guided() != task.counts.random);
    return Unit{};
  }

  Status run_round(CollectedTask& task) {
    const Counts before = task.counts;
    const bool random = before.random < before.guided();
    const std::int64_t left = options_.programs - progress_.programs;
    const TuneOptions options{.trials = before.programs + std::min<std::int64_t>(options_.round, left),
                              .round = options_.round,
                              .threads = options_.threads,
                              // Not the same samples again in each round.
                              .seed = options_.seed + static_cast<std::uint64_t>(task.known + before.programs) + 1,
                              .records = log_of(task),
                              .random_search = random};
    const TuneHooks hooks{[&](const TuneProgress& tuned) { report(before, tuned.tasks.front()); }, hooks_.cancelled};
    RoundEvaluator evaluator(make_evaluator(random), before.programs > 0);
    TILECAST_TRY(const TuneProgress tuned, tune({task.task}, options, hardware_, evaluator, *measurer_, hooks));
    TILECAST_TRY(task.counts, read_counts(task));
    if (before.programs == 0 && task.counts.programs > 0) ++progress_.tasks_begun;
    progress_.times.propose += tuned.times.propose;
    progress_.times.build += tuned.times.build;
    progress_.times.run += tuned.times.run;
    progress_.times.update += tuned.times.update;
    progress_.programs += task.counts.programs - before.programs;
    progress_.measured += task.counts.programs - before.programs;
    progress_.errors += task.counts.errors - before.errors;
    task.finished = task.counts.programs == before.programs && !tuned.interrupted;
    return Unit{};
  }

  std::unique_ptr<Evaluator> make_evaluator(bool random) const {
    if (random) return std::make_unique<RandomEvaluator>(options_.seed);
    return std::make_unique<StaticEvaluator>(Machine{hardware_, options_.threads, {}}, hardware_.cores);
  }

  // In the middle of a round.
  void report(const Counts& before, const TaskProgress& task) const {
    if (!hooks_.on_progress) return;
    CollectProgress progress = progress_;
    progress.programs += task.trials - before.programs;
    progress.measured += task.trials - before.programs;
    progress.errors += task.errors - before.errors;
    if (before.programs == 0) ++progress.tasks_begun;
    progress.seconds = seconds_since(start_);
    progress.task = task.name;
    progress.task_programs = task.trials;
    progress.best_seconds = task.best_seconds;
    hooks_.on_progress(progress);
  }

  const CollectOptions& options_;
  const Hardware& hardware_;
  const CollectHooks& hooks_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point last_probe_;
  std::vector<CollectedTask> tasks_;
  std::optional<RecordLog> machine_log_;
  std::unique_ptr<Measurer> measurer_;
  int failures_in_a_row_ = 0;
  CollectProgress progress_;
};

}  // namespace

MeasureOptions collect_measure_options(int threads) {
  MeasureOptions options;
  options.threads = threads;
  // Some random programs take a thousand times as long as good ones.
  options.run_timeout = 4;
  options.timing.budget_seconds = 0.1;
  options.timing.long_call_seconds = 0.05;
  return options;
}

Result<CollectProgress> collect(std::span<const Task> tasks, const CollectOptions& options, const Hardware& hardware,
                                const CollectHooks& hooks) {
  return CollectRun(options, hardware, hooks).run(tasks);
}

}  // namespace tilecast
