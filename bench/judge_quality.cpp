// How well the static evaluator ranks: prints, for each task of a record log, Spearman's rank correlation between
// scores and measured times of records that it has not learnt from, before learning and after each power of two of
// records; and how fast it scores. Usage: judge_quality LOG…
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/random.h"
#include "base/statistics.h"
#include "codegen/codegen.h"
#include "evaluator/static_evaluator.h"
#include "record/record_log.h"

namespace tilecast {
namespace {

// Indices, smallest value first.
std::vector<std::size_t> ascending(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

// Best time of all over best time among the 10 % with the highest scores.
double top_share(const std::vector<double>& scores, const std::vector<double>& speed) {
  std::vector<std::size_t> order = ascending(scores);
  std::reverse(order.begin(), order.end());
  double best = 0;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, order.size() / 10); ++i) best = std::max(best, speed[order[i]]);
  return best / *std::max_element(speed.begin(), speed.end());
}

void report(const TaskContext& context, std::vector<MeasureRecord> records) {
  Random random(1);
  for (std::size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[random.below(i)]);
  const std::size_t held_out = records.size() / 2;
  const std::vector<MeasureRecord> test(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(held_out));
  std::vector<Trajectory> trajectories;
  std::vector<double> speed;
  for (const MeasureRecord& record : test) {
    trajectories.push_back(record.trajectory);
    speed.push_back(1 / record.seconds());
  }
  fmt::print("{:<14}", context.task.name);
  const Hardware hardware = probe_hardware();
  for (const std::size_t count : {std::size_t{0}, std::size_t{10}, std::size_t{20}, std::size_t{40}, std::size_t{80}}) {
    if (held_out + count > records.size()) break;
    StaticEvaluator evaluator({hardware, test.front().threads, {}}, hardware.cores);
    evaluator.update(context, std::span(records).subspan(held_out, count));
    const std::vector<double> scores = evaluator.score(context, trajectories);
    fmt::print("  {:>3}: {:.2f} top {:.2f}", count, rank_correlation(scores, speed), top_share(scores, speed));
  }
  StaticEvaluator evaluator({hardware, test.front().threads, {}}, hardware.cores);
  evaluator.update(context, records);
  std::vector<Trajectory> many;
  while (many.size() < 4000) many.insert(many.end(), trajectories.begin(), trajectories.end());
  const auto start = std::chrono::steady_clock::now();
  evaluator.score(context, many);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("  {:.0f} candidates/s\n", static_cast<double>(many.size()) / seconds);
}

int run(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto set = read_record_log(argv[i]);
    if (!set.ok()) {
      fmt::print(stderr, "{}\n", set.error().message);
      return 1;
    }
    for (const auto& [key, task] : set->tasks) {
      const auto context = make_task_context(task);
      std::vector<MeasureRecord> records;
      for (const MeasureRecord& record : set->records) {
        if (record.task_key == key && record.ok()) records.push_back(record);
      }
      if (context.ok() && records.size() >= 20) report(*context, std::move(records));
    }
  }
  return 0;
}

}  // namespace
}  // namespace tilecast

int main(int argc, char** argv) {
  return tilecast::run(argc, argv);
}
