#include "worldmodel/training/torch_layers.h"

#include <cmath>

namespace tilecast {

Tensor tensor_of(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().contiguous();
  return {{values.sizes().begin(), values.sizes().end()},
          {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
}

void Parameters::add_normal(const std::string& name, at::IntArrayRef shape, double deviation) {
  tensors_[name] = (torch::randn(shape) * deviation).set_requires_grad(true);
}

void Parameters::add_linear(const std::string& name, std::int64_t inputs, std::int64_t outputs) {
  add_normal(name + ".weight", {inputs, outputs}, 1 / std::sqrt(static_cast<double>(inputs)));
  add_normal(name + ".bias", {outputs}, 0);
}

void Parameters::add_layer_norm(const std::string& name, std::int64_t width) {
  tensors_[name + ".weight"] = torch::ones({width}).set_requires_grad(true);
  add_normal(name + ".bias", {width}, 0);
}

void Parameters::add_transformer_layer(const std::string& name, std::int64_t width) {
  add_layer_norm(name + ".attention_norm", width);
  add_linear(name + ".query_key_value", width, 3 * width);
  add_linear(name + ".attention_output", width, width);
  add_layer_norm(name + ".feed_forward_norm", width);
  add_linear(name + ".expand", width, 4 * width);
  add_linear(name + ".contract", 4 * width, width);
}

std::vector<torch::Tensor> Parameters::all() const {
  std::vector<torch::Tensor> result;
  for (const auto& [name, tensor] : tensors_) result.push_back(tensor);
  return result;
}

void Parameters::write_to(TensorFile& file) const {
  for (const auto& [name, tensor] : tensors_) file.tensors[name] = tensor_of(tensor);
}

Status Parameters::read_from(const TensorFile& file) {
  const torch::NoGradGuard no_gradients;
  for (auto& [name, tensor] : tensors_) {
    TILECAST_TRY(const Tensor* found, file.find(name, {tensor.sizes().begin(), tensor.sizes().end()}));
    tensor.copy_(torch::tensor(found->values).reshape(tensor.sizes()));
  }
  return Unit{};
}

torch::Tensor linear(const Parameters& parameters, const std::string& name, const torch::Tensor& x) {
  return torch::matmul(x, parameters.at(name + ".weight")) + parameters.at(name + ".bias");
}

torch::Tensor feed_forward(const Parameters& parameters, const std::string& first, const std::string& second,
                           const torch::Tensor& x) {
  return linear(parameters, second, at::gelu(linear(parameters, first, x), "tanh"));
}

torch::Tensor layer_norm(const Parameters& parameters, const std::string& name, const torch::Tensor& x) {
  return torch::layer_norm(x, {x.size(-1)}, parameters.at(name + ".weight"), parameters.at(name + ".bias"));
}

torch::Tensor transformer_layer(const Parameters& parameters, const std::string& name, const torch::Tensor& x,
                                const torch::Tensor& mask, std::int64_t heads, double dropout) {
  const std::int64_t sequences = x.size(0);
  const std::int64_t positions = x.size(1);
  const std::int64_t width = x.size(2);
  const torch::Tensor qkv =
      linear(parameters, name + ".query_key_value", layer_norm(parameters, name + ".attention_norm", x))
          .view({sequences, positions, 3, heads, width / heads})
          .permute({2, 0, 3, 1, 4});
  torch::Tensor scores =
      torch::matmul(qkv[0], qkv[1].transpose(-2, -1)) / std::sqrt(static_cast<double>(width / heads));
  scores = scores.masked_fill(mask.logical_not().view({sequences, 1, 1, positions}), -1e9);
  torch::Tensor attended = torch::matmul(torch::softmax(scores, -1), qkv[2]);
  attended = attended.transpose(1, 2).reshape({sequences, positions, width});
  const torch::Tensor middle =
      x + torch::dropout(linear(parameters, name + ".attention_output", attended), dropout, dropout > 0);
  const torch::Tensor contracted = feed_forward(parameters, name + ".expand", name + ".contract",
                                                layer_norm(parameters, name + ".feed_forward_norm", middle));
  return middle + torch::dropout(contracted, dropout, dropout > 0);
}

}  // namespace tilecast
