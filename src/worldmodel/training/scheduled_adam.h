// Adam (Kingma and Ba, arXiv 1412.6980) as all parts are trained: a rate that falls to nothing along a cosine,
// gradients of bounded length, decay of the parameters apart from them (Loshchilov and Hutter, arXiv 1711.05101).
#pragma once

#include <torch/torch.h>

#include <vector>

#include "worldmodel/tensor_file.h"

namespace tilecast {

class ScheduledAdam {
 public:
  // The rate reaches `learning_rate` after `warm_up`, a share of the steps, along a line. Each step takes rate x
  // `decay` of every parameter away.
  ScheduledAdam(const std::vector<torch::Tensor>& parameters, double learning_rate, std::int64_t steps, double warm_up,
                double decay = 0);

  // One of the steps, against the loss's gradients.
  void step(const torch::Tensor& loss);
  // Steps so far.
  std::int64_t done() const { return done_; }

  // Steps and moments, as the metadata adam.done and tensors adam.*: what it takes to go on, beside the parameters.
  void write_to(TensorFile& file) const;
  // Errors name what is missing or has another shape.
  Status read_from(const TensorFile& file);

 private:
  double next_rate();

  std::vector<torch::Tensor> parameters_;
  torch::optim::Adam adam_;
  double learning_rate_;
  std::int64_t steps_;
  double warm_up_;
  double decay_;
  std::int64_t done_ = 0;
};

}  // namespace tilecast
