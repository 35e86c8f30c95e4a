// Adam (Kingma and Ba, arXiv 1412.6980) as all parts are trained: a rate that falls to nothing along a cosine,
// gradients of bounded length.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace tilecast {

class ScheduledAdam {
 public:
  // The rate reaches `learning_rate` after `warm_up`, a share of the steps, along a line.
  ScheduledAdam(const std::vector<torch::Tensor>& parameters, double learning_rate, std::int64_t steps, double warm_up);

  // One of the steps, against the loss's gradients.
  void step(const torch::Tensor& loss);

 private:
  double next_rate();

  std::vector<torch::Tensor> parameters_;
  torch::optim::Adam adam_;
  double learning_rate_;
  std::int64_t steps_;
  double warm_up_;
  std::int64_t done_ = 0;
};

}  // namespace tilecast
