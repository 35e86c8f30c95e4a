// How well scores order measured programs.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>

namespace tilecast {

// One task's programs: at least one.
struct TaskRanking {
  std::size_t programs = 0;
  double best_seconds = 0;      // of all
  double top1_seconds = 0;      // of the program with the highest score
  double top5_seconds = 0;      // the fastest of the five with the highest scores
  double rank_correlation = 0;  // Spearman's, of scores and speeds
};
// Among equal scores the slower program counts as the higher one: a judge that cannot tell gets no credit for luck.
TaskRanking rank_programs(std::span<const double> scores, std::span<const double> seconds);

// Many tasks together, each with a weight. The top-k scores are those of TenSet (Zheng et al., NeurIPS Datasets 2021):
// the sum of weight x best time over the sum of weight x the best time among the k programs with the highest scores, in
// (0, 1].
class RankingQuality {
 public:
  void add(const TaskRanking& task, double weight);
  std::size_t tasks() const { return tasks_; }
  std::size_t programs() const { return programs_; }
  // 1 and 0 where there is no task.
  double top1() const { return tasks_ == 0 ? 1 : best_ / top1_; }
  double top5() const { return tasks_ == 0 ? 1 : best_ / top5_; }
  double rank_correlation() const { return counted_ == 0 ? 0 : correlation_ / static_cast<double>(counted_); }

 private:
  std::size_t tasks_ = 0;
  std::size_t programs_ = 0;
  std::size_t counted_ = 0;  // tasks with enough programs for a correlation
  double best_ = 0;          // sums of weight x seconds
  double top1_ = 0;
  double top5_ = 0;
  double correlation_ = 0;
};

// {"tasks","programs","top1","top5","rank_correlation"}
nlohmann::json to_json(const RankingQuality& quality);

}  // namespace tilecast
