#include "worldmodel/dense.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tilecast {
namespace {

// y (rows x outputs) += x (rows x inputs) * w (inputs x outputs), of rows from `first_row` on and columns from
// `first_column` on.
[[gnu::always_inline]] inline void multiply_add_rest(const float* x, const float* w, float* y, std::size_t first_row,
                                                     std::size_t rows, std::size_t inputs, std::size_t first_column,
                                                     std::size_t outputs) {
  for (std::size_t row = first_row; row < rows; ++row) {
    for (std::size_t k = 0; k < inputs; ++k) {
      const float factor = x[row * inputs + k];
      for (std::size_t c = first_column; c < outputs; ++c) y[row * outputs + c] += factor * w[k * outputs + c];
    }
  }
}

// y += x w. A block of y stays in registers, a block of columns of w in the cache for all rows.
[[gnu::always_inline]] inline void multiply_add(const float* x, const float* w, float* y, std::size_t rows,
                                                std::size_t inputs, std::size_t outputs) {
  constexpr std::size_t kRows = 4;
  constexpr std::size_t kColumns = 32;
  const std::size_t whole_rows = rows / kRows * kRows;
  const std::size_t whole_columns = outputs / kColumns * kColumns;
  for (std::size_t column = 0; column < whole_columns; column += kColumns) {
    for (std::size_t row = 0; row < whole_rows; row += kRows) {
      float sums[kRows][kColumns] = {};
      for (std::size_t k = 0; k < inputs; ++k) {
        const float* weights = w + k * outputs + column;
        for (std::size_t r = 0; r < kRows; ++r) {
          const float factor = x[(row + r) * inputs + k];
          for (std::size_t c = 0; c < kColumns; ++c) sums[r][c] += factor * weights[c];
        }
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        for (std::size_t c = 0; c < kColumns; ++c) y[(row + r) * outputs + column + c] += sums[r][c];
      }
    }
  }
  multiply_add_rest(x, w, y, 0, whole_rows, inputs, whole_columns, outputs);
  multiply_add_rest(x, w, y, whole_rows, rows, inputs, 0, outputs);
}

#if defined(__x86_64__)
[[gnu::target("avx512f,fma")]] void multiply_add_avx512(const float* x, const float* w, float* y, std::size_t rows,
                                                        std::size_t inputs, std::size_t outputs) {
  multiply_add(x, w, y, rows, inputs, outputs);
}
[[gnu::target("avx2,fma")]] void multiply_add_avx2(const float* x, const float* w, float* y, std::size_t rows,
                                                   std::size_t inputs, std::size_t outputs) {
  multiply_add(x, w, y, rows, inputs, outputs);
}
#endif

void multiply_add_best(const float* x, const float* w, float* y, std::size_t rows, std::size_t inputs,
                       std::size_t outputs) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return multiply_add_avx512(x, w, y, rows, inputs, outputs);
  if (__builtin_cpu_supports("avx2")) return multiply_add_avx2(x, w, y, rows, inputs, outputs);
#endif
  multiply_add(x, w, y, rows, inputs, outputs);
}

// e^x to a relative error of 1e-6, in operations that compilers put into vectors: libm's takes half of an encoder's
// time.
float vectorizable_exp(float x) {
  const float bounded = std::min(std::max(x, -87.0F), 87.0F);
  // 2^whole * 2^part; the shift rounds to the nearest whole number.
  const float power = bounded * 1.44269504F;
  constexpr float kShift = 12582912.0F;  // 1.5 * 2^23
  const float shifted = power + kShift;
  const float whole = shifted - kShift;
  const float part = power - whole;
  // Taylor's series of 2^part, |part| <= 1/2.
  const float fraction =
      1 + part * (0.693147181F +
                  part * (0.240226507F +
                          part * (0.0555041087F +
                                  part * (0.00961812911F + part * (0.00133335581F + part * 0.000154035304F)))));
  const auto exponent = (static_cast<std::int32_t>(whole) + 127) << 23;
  return fraction * std::bit_cast<float>(exponent);
}

void softmax(std::span<float> row) {
  const float most = *std::max_element(row.begin(), row.end());
  float sum = 0;
  for (float& value : row) {
    value = vectorizable_exp(value - most);
    sum += value;
  }
  for (float& value : row) value /= sum;
}

// One head's columns of queries, keys or values.
std::vector<float> head_columns(std::span<const float> rows, std::size_t stride, std::size_t first, std::size_t width) {
  std::vector<float> columns;
  columns.reserve(rows.size() / stride * width);
  for (std::size_t row = 0; row < rows.size(); row += stride) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(row + first);
    columns.insert(columns.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
  }
  return columns;
}

// Softmax(Q K^T / sqrt(d)) V of one head; all are positions x d.
std::vector<float> attend(std::span<const float> queries, std::span<const float> keys, std::span<const float> values,
                          std::size_t d) {
  const std::size_t positions = queries.size() / d;
  std::vector<float> scores(positions * positions, 0);
  multiply_add_best(queries.data(), transposed(keys, d).data(), scores.data(), positions, d, positions);
  const float scale = 1 / std::sqrt(static_cast<float>(d));
  for (float& score : scores) score *= scale;
  for (std::size_t p = 0; p < positions; ++p) softmax(std::span(scores).subspan(p * positions, positions));
  std::vector<float> result(positions * d, 0);
  multiply_add_best(scores.data(), values.data(), result.data(), positions, positions, d);
  return result;
}

}  // namespace

std::vector<float> Linear::apply(std::span<const float> x) const {
  const std::size_t rows = x.size() / inputs();
  std::vector<float> y;
  y.reserve(rows * outputs());
  for (std::size_t row = 0; row < rows; ++row) y.insert(y.end(), bias.values.begin(), bias.values.end());
  multiply_add_best(x.data(), weight.values.data(), y.data(), rows, inputs(), outputs());
  return y;
}

std::vector<float> LayerNorm::apply(std::span<const float> x) const {
  const std::size_t width = weight.values.size();
  std::vector<float> y(x.size());
  for (std::size_t row = 0; row < x.size(); row += width) {
    float sum = 0;
    float squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += x[row + i];
    const float mean = sum / static_cast<float>(width);
    for (std::size_t i = 0; i < width; ++i) squares += (x[row + i] - mean) * (x[row + i] - mean);
    const float scale = 1 / std::sqrt(squares / static_cast<float>(width) + epsilon);
    for (std::size_t i = 0; i < width; ++i) {
      y[row + i] = (x[row + i] - mean) * scale * weight.values[i] + bias.values[i];
    }
  }
  return y;
}

void gelu(std::span<float> x) {
  // x (1 + tanh(y)) / 2 = x / (1 + exp(-2 y))
  for (float& value : x) {
    const float twice = 1.5957691216F * (value + 0.044715F * value * value * value);
    value = value / (1 + vectorizable_exp(-twice));
  }
}

void gelu_by_erf(std::span<float> x) {
  constexpr float kRootOfHalf = 0.707106781F;
  for (float& value : x) value *= 0.5F * (1 + std::erf(value * kRootOfHalf));
}

void add_to(std::span<float> x, std::span<const float> y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

std::vector<float> transposed(std::span<const float> x, std::size_t columns) {
  const std::size_t rows = x.size() / columns;
  std::vector<float> result(x.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = x[r * columns + c];
  }
  return result;
}

std::vector<float> mean_of_rows(std::span<const float> x, std::size_t width) {
  std::vector<float> mean(width, 0);
  for (std::size_t i = 0; i < x.size(); ++i) mean[i % width] += x[i];
  const auto count = static_cast<float>(std::max<std::size_t>(x.size() / width, 1));
  for (float& value : mean) value /= count;
  return mean;
}

std::vector<float> self_attention(std::span<const float> query_key_value, std::size_t width, std::size_t heads) {
  const std::size_t d = width / heads;
  const std::size_t positions = query_key_value.size() / (3 * width);
  std::vector<float> attended(positions * width);
  for (std::size_t head = 0; head < heads; ++head) {
    const auto part = [&](std::size_t which) {
      return head_columns(query_key_value, 3 * width, which * width + head * d, d);
    };
    const std::vector<float> result = attend(part(0), part(1), part(2), d);
    for (std::size_t p = 0; p < positions; ++p) {
      std::copy_n(result.begin() + static_cast<std::ptrdiff_t>(p * d), d,
                  attended.begin() + static_cast<std::ptrdiff_t>(p * width + head * d));
    }
  }
  return attended;
}

void TransformerLayer::apply(std::vector<float>& x) const {
  const std::size_t width = attention_norm.weight.values.size();
  const std::vector<float> qkv = query_key_value.apply(attention_norm.apply(x));
  add_to(x, attention_output.apply(self_attention(qkv, width, heads)));
  std::vector<float> hidden = expand.apply(feed_forward_norm.apply(x));
  gelu(hidden);
  add_to(x, contract.apply(hidden));
}

Result<Linear> linear_from(const TensorFile& file, const std::string& name, std::int64_t inputs, std::int64_t outputs) {
  TILECAST_TRY(const Tensor* weight, file.find(name + ".weight", {inputs, outputs}));
  TILECAST_TRY(const Tensor* bias, file.find(name + ".bias", {weight->shape[1]}));
  return Linear{*weight, *bias};
}

Result<LayerNorm> layer_norm_from(const TensorFile& file, const std::string& name, std::int64_t width) {
  TILECAST_TRY(const Tensor* weight, file.find(name + ".weight", {width}));
  TILECAST_TRY(const Tensor* bias, file.find(name + ".bias", {width}));
  return LayerNorm{*weight, *bias};
}

Result<TransformerLayer> transformer_layer_from(const TensorFile& file, const std::string& name, std::int64_t width,
                                                std::size_t heads) {
  TransformerLayer layer{.heads = heads};
  TILECAST_TRY(layer.attention_norm, layer_norm_from(file, name + ".attention_norm", width));
  TILECAST_TRY(layer.query_key_value, linear_from(file, name + ".query_key_value", width, 3 * width));
  TILECAST_TRY(layer.attention_output, linear_from(file, name + ".attention_output", width, width));
  TILECAST_TRY(layer.feed_forward_norm, layer_norm_from(file, name + ".feed_forward_norm", width));
  TILECAST_TRY(layer.expand, linear_from(file, name + ".expand", width, -1));
  TILECAST_TRY(layer.contract, linear_from(file, name + ".contract", layer.expand.weight.shape[1], width));
  return layer;
}

}  // namespace tilecast
