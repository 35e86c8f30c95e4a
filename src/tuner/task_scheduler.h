// Spends a budget of trials over the tasks of a model: the next round goes to the task that promises the most.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tilecast {

// The gradient of Ansor's task scheduler (Zheng et al., OSDI 2020, section 6), after one round for each task:
//   w_i * [ a * (g_i(t) - g_i(t-D)) / D + (1-a) * (min(g_i - g_i / t, b * C_i / max_k(C_k / g_k)) - g_i) / (1 + s_i) ]
// g: best seconds after t rounds, C: flops, w: weight, k: tasks of the same class; a = 0.2, b = 2, D = 3. The most
// negative one is next. The divisor is ours: s counts the rounds since the best time last fell by 1 % or more. Without
// it a task that is as fast as it can be, but slower than another of its class, takes every round that is left.
class TaskScheduler {
 public:
  struct TaskFacts {
    double weight = 1;
    double flops = 0;
    std::string similarity_class;  // tasks of one class are expected to reach similar rates
  };
  explicit TaskScheduler(std::vector<TaskFacts> tasks);

  // A round of `task` ended with this best time so far (infinity: nothing measured yet).
  void finish_round(std::size_t task, double best_seconds);
  // No more candidates can be found for the task.
  void exhaust(std::size_t task);
  // The task of the next round; tasks.size() when all are exhausted. Weights of 0 count as the smallest.
  std::size_t next() const;

 private:
  struct Progress {
    TaskFacts facts;
    std::vector<double> best;  // after each round
    bool exhausted = false;
  };
  double gradient(const Progress& task) const;
  double best_rate(const std::string& similarity_class) const;

  std::vector<Progress> tasks_;
};

}  // namespace tilecast
