#include "worldmodel/training/scheduled_adam.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <numbers>

#include "worldmodel/training/torch_layers.h"

namespace tilecast {
namespace {

// How the optimizer names what it keeps of a parameter.
std::string key_of(const torch::Tensor& parameter) {
  return c10::guts::to_string(parameter.unsafeGetTensorImpl());
}

std::string moment_name(std::size_t parameter, const char* moment) {
  return fmt::format("adam.{}.{}", parameter, moment);
}

}  // namespace

ScheduledAdam::ScheduledAdam(const std::vector<torch::Tensor>& parameters, double learning_rate, std::int64_t steps,
                             double warm_up, double decay)
    : parameters_(parameters),
      adam_(parameters, torch::optim::AdamOptions(learning_rate)),
      learning_rate_(learning_rate),
      steps_(steps),
      warm_up_(warm_up),
      decay_(decay) {}

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
  if (decay_ > 0) {
    const torch::NoGradGuard no_gradients;
    for (torch::Tensor& parameter : parameters_) parameter.mul_(1 - rate * decay_);
  }
  adam_.step();
}

void ScheduledAdam::write_to(TensorFile& file) const {
  file.metadata["adam.done"] = std::to_string(done_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto found = adam_.state().find(key_of(parameters_[i]));
    if (found == adam_.state().end()) continue;
    const auto& state = static_cast<const torch::optim::AdamParamState&>(*found->second);
    file.tensors[moment_name(i, "first")] = tensor_of(state.exp_avg());
    file.tensors[moment_name(i, "second")] = tensor_of(state.exp_avg_sq());
  }
}

Status ScheduledAdam::read_from(const TensorFile& file) {
  const auto done = file.metadata.find("adam.done");
  if (done == file.metadata.end()) return Error{"its metadata has no adam.done"};
  const std::int64_t steps = std::strtoll(done->second.c_str(), nullptr, 10);
  for (std::size_t i = 0; steps > 0 && i < parameters_.size(); ++i) {
    const torch::Tensor& parameter = parameters_[i];
    const std::vector<std::int64_t> shape(parameter.sizes().begin(), parameter.sizes().end());
    TILECAST_TRY(const Tensor* first, file.find(moment_name(i, "first"), shape));
    TILECAST_TRY(const Tensor* second, file.find(moment_name(i, "second"), shape));
    auto state = std::make_unique<torch::optim::AdamParamState>();
    state->step(steps);
    state->exp_avg(torch::tensor(first->values).reshape(shape));
    state->exp_avg_sq(torch::tensor(second->values).reshape(shape));
    adam_.state()[key_of(parameter)] = std::move(state);
  }
  done_ = steps;
  return Unit{};
}

}  // namespace tilecast
