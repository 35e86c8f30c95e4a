#include "worldmodel/training/training_data.h"

#include <algorithm>

namespace tilecast {
namespace {

// After the first `steps` actions.
std::string text_after(const MeasuredTask& task, const Trajectory& trajectory, std::size_t steps) {
  const auto state = replay(task.initial, std::span(trajectory).first(steps));
  return program_text(state.ok() ? *state : task.initial);
}

}  // namespace

std::vector<std::string> sample_texts(std::span<const MeasuredTask> from, std::size_t tasks, std::size_t states,
                                      Random& random) {
  std::vector<std::size_t> order(from.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::vector<std::string> result;
  for (std::size_t i = 0; i < std::min(tasks, order.size()); ++i) {
    std::swap(order[i], order[i + random.below(order.size() - i)]);
    const MeasuredTask& task = from[order[i]];
    const Trajectory& one = task.trajectories[random.below(task.trajectories.size())];
    for (std::size_t s = 0; s < states; ++s) {
      const bool along = s < states / 2;
      const Trajectory& trajectory = along ? one : task.trajectories[random.below(task.trajectories.size())];
      result.push_back(text_after(task, trajectory, along ? random.below(one.size() + 1) : trajectory.size()));
    }
  }
  return result;
}

}  // namespace tilecast
