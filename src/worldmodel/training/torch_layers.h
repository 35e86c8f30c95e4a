// The layers of dense.h for training: named parameters and functions of them. Names and shapes are those of the files
// that inference reads.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>

#include "worldmodel/tensor_file.h"

namespace tilecast {

// The values of a tensor of floats.
Tensor tensor_of(const torch::Tensor& tensor);

// Of one model, by name. Each learns.
class Parameters {
 public:
  // Adds a parameter with normally distributed values.
  void add_normal(const std::string& name, at::IntArrayRef shape, double deviation);
  // NAME.weight and NAME.bias of a layer with this many inputs and outputs.
  void add_linear(const std::string& name, std::int64_t inputs, std::int64_t outputs);
  void add_layer_norm(const std::string& name, std::int64_t width);
  // All that a TransformerLayer has; the feed-forward part is four times as wide.
  void add_transformer_layer(const std::string& name, std::int64_t width);

  const torch::Tensor& at(const std::string& name) const { return tensors_.at(name); }
  std::vector<torch::Tensor> all() const;
  void write_to(TensorFile& file) const;
  // Takes the values of the file's tensors with these names. Errors name one that is missing or has another shape.
  Status read_from(const TensorFile& file);

 private:
  std::map<std::string, torch::Tensor> tensors_;
};

torch::Tensor linear(const Parameters& parameters, const std::string& name, const torch::Tensor& x);
// The linear layer `second` of GELU of the linear layer `first`.
torch::Tensor feed_forward(const Parameters& parameters, const std::string& first, const std::string& second,
                           const torch::Tensor& x);
torch::Tensor layer_norm(const Parameters& parameters, const std::string& name, const torch::Tensor& x);
// x: sequences x positions x width; mask: sequences x positions, true where there is something. `dropout` is a share.
torch::Tensor transformer_layer(const Parameters& parameters, const std::string& name, const torch::Tensor& x,
                                const torch::Tensor& mask, std::int64_t heads, double dropout);

}  // namespace tilecast
