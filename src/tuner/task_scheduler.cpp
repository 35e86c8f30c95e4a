#include "tuner/task_scheduler.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tilecast {
namespace {

constexpr double kAlpha = 0.2;
constexpr double kBeta = 2;
constexpr std::size_t kWindow = 3;
constexpr double kImprovement = 0.01;

// Rounds since the last one that made the best time noticeably better.
double stale_rounds(const std::vector<double>& best) {
  std::size_t rounds = 0;
  while (rounds + 1 < best.size() && best.back() >= (1 - kImprovement) * best[best.size() - 2 - rounds]) ++rounds;
  return static_cast<double>(rounds);
}

}  // namespace

TaskScheduler::TaskScheduler(std::vector<TaskFacts> tasks) {
  for (TaskFacts& facts : tasks) tasks_.push_back({std::move(facts), {}, false});
}

void TaskScheduler::finish_round(std::size_t task, double best_seconds) {
  tasks_[task].best.push_back(best_seconds);
}

void TaskScheduler::exhaust(std::size_t task) {
  tasks_[task].exhausted = true;
}

std::size_t TaskScheduler::next() const {
  std::size_t chosen = tasks_.size();
  double steepest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (tasks_[i].exhausted) continue;
    if (tasks_[i].best.empty()) return i;
    const double slope = gradient(tasks_[i]);
    if (chosen == tasks_.size() || slope < steepest) {
      chosen = i;
      steepest = slope;
    }
  }
  return chosen;
}

double TaskScheduler::best_rate(const std::string& similarity_class) const {
  double rate = 0;
  for (const Progress& task : tasks_) {
    if (task.facts.similarity_class != similarity_class || task.best.empty() || !std::isfinite(task.best.back()))
      continue;
    rate = std::max(rate, task.facts.flops / task.best.back());
  }
  return rate;
}

double TaskScheduler::gradient(const Progress& task) const {
  const double now = task.best.back();
  // Nothing that worked yet: more of it is urgent, but tasks that fail again and again must not starve the others.
  if (!std::isfinite(now)) return -1.0 / static_cast<double>(task.best.size());
  const auto rounds = static_cast<double>(task.best.size());
  const std::size_t window = std::min(kWindow, task.best.size() - 1);
  double backward = 0;
  if (window > 0) {
    const double before = task.best[task.best.size() - 1 - window];
    backward = std::isfinite(before) ? (now - before) / static_cast<double>(window) : 0;
  }
  double forward = now - now / rounds;
  const double rate = best_rate(task.facts.similarity_class);
  if (rate > 0) forward = std::min(forward, kBeta * task.facts.flops / rate);
  const double weight = std::max(task.facts.weight, 1e-9);
  return weight * (kAlpha * backward + (1 - kAlpha) * (forward - now) / (1 + stale_rounds(task.best)));
}

}  // namespace tilecast
