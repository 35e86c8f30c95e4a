// The few dense operations that inference takes, on row-major matrices of floats, for whatever vectors the processor
// has.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "worldmodel/tensor_file.h"

namespace tilecast {

// y = x W + b, for rows of x. `weight` is [inputs, outputs], `bias` [outputs].
struct Linear {
  Tensor weight;
  Tensor bias;

  std::size_t inputs() const { return static_cast<std::size_t>(weight.shape[0]); }
  std::size_t outputs() const { return static_cast<std::size_t>(weight.shape[1]); }
  // x: rows x inputs. The result: rows x outputs.
  std::vector<float> apply(std::span<const float> x) const;
};
// Tensors NAME.weight and NAME.bias; -1 stands for any extent.
Result<Linear> linear_from(const TensorFile& file, const std::string& name, std::int64_t inputs, std::int64_t outputs);

// Each row is brought to mean 0 and variance 1, then scaled and shifted by column.
struct LayerNorm {
  Tensor weight;
  Tensor bias;
  float epsilon = 1e-5F;  // added to the variance
  std::vector<float> apply(std::span<const float> x) const;
};
Result<LayerNorm> layer_norm_from(const TensorFile& file, const std::string& name, std::int64_t width);

// x * Phi(x), by its approximation with tanh (Hendrycks and Gimpel, arXiv 1606.08415).
void gelu(std::span<float> x);
// The same by the error function: slower, and to the last bits what models that were trained with it expect.
void gelu_by_erf(std::span<float> x);

// x += y.
void add_to(std::span<float> x, std::span<const float> y);
// rows x columns becomes columns x rows.
std::vector<float> transposed(std::span<const float> x, std::size_t columns);
// The mean of the rows of x, rows x width. Zeros where there are none.
std::vector<float> mean_of_rows(std::span<const float> x, std::size_t width);

// Softmax(Q K^T / sqrt(d)) V of each head, for one sequence (Vaswani et al., NeurIPS 2017). `query_key_value`:
// positions x 3 width: queries, keys, values, each head after head; d is width / heads. The result: positions x width.
std::vector<float> self_attention(std::span<const float> query_key_value, std::size_t width, std::size_t heads);

// A transformer layer that normalises before each part: x + attention(norm(x)), then x + feed-forward(norm(x)).
struct TransformerLayer {
  std::size_t heads = 1;
  LayerNorm attention_norm;
  Linear query_key_value;  // width -> 3 width: queries, keys, values, each head after head
  Linear attention_output;
  LayerNorm feed_forward_norm;
  Linear expand;
  Linear contract;

  // x: one sequence, positions x width.
  void apply(std::vector<float>& x) const;
};
Result<TransformerLayer> transformer_layer_from(const TensorFile& file, const std::string& name, std::int64_t width,
                                                std::size_t heads);

}  // namespace tilecast
