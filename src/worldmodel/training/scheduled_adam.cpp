#include "worldmodel/training/scheduled_adam.h"

#include <cmath>
#include <numbers>

namespace tilecast {

ScheduledAdam::ScheduledAdam(const std::vector<torch::Tensor>& parameters, double learning_rate, std::int64_t steps,
                             double warm_up)
    : parameters_(parameters),
      adam_(parameters, torch::optim::AdamOptions(learning_rate)),
      learning_rate_(learning_rate),
      steps_(steps),
      warm_up_(warm_up) {}

double ScheduledAdam::next_rate() {
  const double progress = static_cast<double>(done_++) / static_cast<double>(steps_);
  if (progress < warm_up_) return learning_rate_ * progress / warm_up_;
  return learning_rate_ * 0.5 * (1 + std::cos(std::numbers::pi * (progress - warm_up_) / (1 - warm_up_)));
}

void ScheduledAdam::step(const torch::Tensor& loss) {
  const double rate = next_rate();
  for (auto& group : adam_.param_groups()) static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
  adam_.zero_grad();
  loss.backward();
  torch::nn::utils::clip_grad_norm_(parameters_, 1.0);
  adam_.step();
}

}  // namespace tilecast
