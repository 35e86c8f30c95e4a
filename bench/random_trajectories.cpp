// Random and mutated trajectories over all tasks of models: compiles each, runs it and compares the result with the
// reference; counts what came out. Goes on where an earlier run with the same log was cut off.
// Usage: bench_random_trajectories COUNT SEED LOG MODEL.onnx…
#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <map>

#include "base/hash.h"
#include "base/random.h"
#include "codegen/codegen.h"
#include "frontend/import.h"
#include "measure/measurer.h"
#include "record/record_log.h"
#include "space/space.h"

namespace tilecast {
namespace {

constexpr int kRound = 50;

Result<std::map<std::string, Task>> tasks_of(std::span<char*> models) {
  std::map<std::string, Task> tasks;
  for (const char* file : models) {
    TILECAST_TRY(const ImportedModel model, import_onnx(file));
    for (const WeightedTask& task : model.partition.tasks) tasks.emplace(task.task.key, task.task);
  }
  return tasks;
}

// Samples, each followed by a mutation of it and a child of both.
std::vector<Candidate> draw(const Space& space, Random& random) {
  std::vector<Candidate> candidates;
  while (candidates.size() < kRound) {
    candidates.push_back(space.sample(random));
    auto mutant = space.mutate(candidates.back(), random);
    if (!mutant) continue;
    const auto child = space.crossover(*mutant, candidates[random.below(candidates.size())], random);
    candidates.push_back(*std::move(mutant));
    if (child) candidates.push_back(*child);
  }
  candidates.resize(kRound);
  return candidates;
}

class Campaign {
 public:
  Campaign(std::uint64_t seed, RecordLog log, std::unique_ptr<Measurer> measurer)
      : seed_(seed), log_(std::move(log)), measurer_(std::move(measurer)), hardware_(probe_hardware()) {
    for (const MeasureRecord& record : log_.take_contents().records) count(record);
  }

  std::int64_t done() const { return done_; }

  // The task's next round.
  Status run_round(const Task& task) {
    TILECAST_TRY(const TaskContext context, make_task_context(task));
    TILECAST_CHECK(log_.add_task(task));
    const auto space = Space::create(context, hardware_, 2);
    Random random(seed_ + 1000003 * stable_hash(task.key) + static_cast<std::uint64_t>(of_task_[task.key]));
    std::vector<Trajectory> trajectories;
    for (const Candidate& candidate : draw(*space, random)) trajectories.push_back(candidate.trajectory);
    Status status = Unit{};
    TILECAST_CHECK(measurer_->measure(context, trajectories, std::numeric_limits<double>::infinity(),
                                      [&](std::size_t, const MeasureRecord& record) {
                                        if (!status.ok()) return;
                                        count(record);
                                        report(task, record);
                                        status = log_.append(record);
                                      }));
    return status;
  }

  void summarize() const {
    for (const auto& [kind, number] : kinds_) {
      fmt::print("{:<16} {}\n", kind == MeasureErrorKind::kNone ? "right" : measure_error_name(kind), number);
    }
  }

 private:
  void count(const MeasureRecord& record) {
    ++done_;
    ++of_task_[record.task_key];
    ++kinds_[record.error];
  }

  static void report(const Task& task, const MeasureRecord& record) {
    if (record.ok()) return;
    fmt::print("{} {}: {}: {}\n{}\n", task.name, task.key, measure_error_name(record.error), record.message,
               to_text(record.trajectory));
  }

  std::uint64_t seed_;
  RecordLog log_;
  std::unique_ptr<Measurer> measurer_;
  Hardware hardware_;
  std::int64_t done_ = 0;
  std::map<std::string, std::int64_t> of_task_;
  std::map<MeasureErrorKind, std::int64_t> kinds_;
};

Status run(std::int64_t count, std::uint64_t seed, const char* log_file, std::span<char*> models) {
  TILECAST_TRY(const auto tasks, tasks_of(models));
  TILECAST_TRY(RecordLog log, RecordLog::open(log_file));
  // Twice what a search waits for a program to be built, and far beyond what a kernel takes: other programs may run
  // beside this.
  MeasureOptions options{.build_timeout = 30, .run_timeout = 60};
  options.timing = {.min_samples = 1, .max_samples = 1, .min_sample_seconds = 0};
  TILECAST_TRY(auto measurer, Measurer::create(options));
  Campaign campaign(seed, std::move(log), std::move(measurer));
  fmt::print("seed {}, {} tasks, {} candidates done\n", seed, tasks.size(), campaign.done());
  while (campaign.done() < count) {
    for (const auto& [key, task] : tasks) {
      if (campaign.done() < count) TILECAST_CHECK(campaign.run_round(task));
    }
    fmt::print("{} of {}\n", campaign.done(), count);
    std::fflush(stdout);
  }
  campaign.summarize();
  return Unit{};
}

}  // namespace
}  // namespace tilecast

int main(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: {} COUNT SEED LOG MODEL.onnx...\n", argv[0]);
    return 2;
  }
  const auto status = tilecast::run(std::atoll(argv[1]), static_cast<std::uint64_t>(std::atoll(argv[2])), argv[3],
                                    std::span(argv + 4, static_cast<std::size_t>(argc - 4)));
  if (!status.ok()) fmt::print(stderr, "{}\n", status.error().message);
  return status.ok() ? 0 : 1;
}
