#include "evaluator/ranking.h"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "base/statistics.h"

namespace tilecast {
namespace {

// The correlation of two or three programs is mostly chance.
constexpr std::size_t kFewestToCorrelate = 5;

}  // namespace

TaskRanking rank_programs(std::span<const double> scores, std::span<const double> seconds) {
  assert(!seconds.empty() && scores.size() == seconds.size());
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : seconds[a] > seconds[b];
  });
  const auto best_of_first = [&](std::size_t count) {
    double best = seconds[order[0]];
    for (std::size_t i = 1; i < std::min(count, order.size()); ++i) best = std::min(best, seconds[order[i]]);
    return best;
  };
  std::vector<double> speeds(seconds.begin(), seconds.end());
  for (double& value : speeds) value = 1 / value;
  return {.programs = seconds.size(),
          .best_seconds = best_of_first(order.size()),
          .top1_seconds = best_of_first(1),
          .top5_seconds = best_of_first(5),
          .rank_correlation = rank_correlation(scores, speeds)};
}

void RankingQuality::add(const TaskRanking& task, double weight) {
  ++tasks_;
  programs_ += task.programs;
  best_ += weight * task.best_seconds;
  top1_ += weight * task.top1_seconds;
  top5_ += weight * task.top5_seconds;
  if (task.programs < kFewestToCorrelate) return;
  ++counted_;
  correlation_ += task.rank_correlation;
}

nlohmann::json to_json(const RankingQuality& quality) {
  return {{"tasks", quality.tasks()},
          {"programs", quality.programs()},
          {"top1", quality.top1()},
          {"top5", quality.top5()},
          {"rank_correlation", quality.rank_correlation()}};
}

}  // namespace tilecast
