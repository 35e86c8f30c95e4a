#include "worldmodel/encoder.h"

#include <fmt/format.h>

namespace tilecast {
namespace {

void add_row(std::span<float> to, const Tensor& table, std::size_t row, float factor = 1) {
  const std::size_t width = to.size();
  for (std::size_t i = 0; i < width; ++i) to[i] += factor * table.values[row * width + i];
}

}  // namespace

Result<Encoder> Encoder::from(const TensorFile& file) {
  Encoder encoder;
  TILECAST_TRY(const Tensor* words, file.find("encoder.words", {static_cast<std::int64_t>(vocabulary_size()), -1}));
  const std::int64_t width = words->shape[1];
  encoder.words_ = *words;
  const auto table = [&](const std::string& name, std::size_t rows, Tensor& tensor) -> Status {
    TILECAST_TRY(const Tensor* found, file.find("encoder." + name, {static_cast<std::int64_t>(rows), width}));
    tensor = *found;
    return Unit{};
  };
  TILECAST_CHECK(table("numbers", kNumberFeatures, encoder.numbers_));
  TILECAST_CHECK(table("positions", kMostTokensOfALine, encoder.positions_));
  TILECAST_CHECK(table("line_positions", kMostLines, encoder.line_positions_));
  TILECAST_TRY(encoder.token_layer_, transformer_layer_from(file, "encoder.token_layer", width, kEncoderHeads));
  for (std::size_t i = 0; file.tensors.contains(fmt::format("encoder.line_layer{}.expand.weight", i)); ++i) {
    TILECAST_TRY(TransformerLayer layer,
                 transformer_layer_from(file, fmt::format("encoder.line_layer{}", i), width, kEncoderHeads));
    encoder.line_layers_.push_back(std::move(layer));
  }
  TILECAST_TRY(encoder.final_norm_, layer_norm_from(file, "encoder.final_norm", width));
  TILECAST_TRY(encoder.latent_, linear_from(file, "encoder.latent", width, -1));
  return encoder;
}

std::vector<float> Encoder::encode_line(const ProgramLine& line) const {
  const auto width = static_cast<std::size_t>(words_.shape[1]);
  std::vector<float> x(line.size() * width, 0);
  for (std::size_t t = 0; t < line.size(); ++t) {
    const std::span<float> row = std::span(x).subspan(t * width, width);
    add_row(row, words_, line[t].word);
    add_row(row, positions_, t);
    if (!has_value(line[t])) continue;
    const auto features = number_features(line[t].value);
    for (std::size_t f = 0; f < features.size(); ++f) add_row(row, numbers_, f, features[f]);
  }
  token_layer_.apply(x);
  return mean_of_rows(x, width);
}

std::vector<float> Encoder::encode(const ProgramLines& lines, LineVectors* known) const {
  const auto width = static_cast<std::size_t>(words_.shape[1]);
  LineVectors own;
  LineVectors& vectors = known != nullptr ? *known : own;
  std::vector<float> x;
  x.reserve(lines.size() * width);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<float>& vector = vectors[line_hash(lines[i])];
    if (vector.empty()) vector = encode_line(lines[i]);
    x.insert(x.end(), vector.begin(), vector.end());
    add_row(std::span(x).subspan(i * width, width), line_positions_, i);
  }
  for (const TransformerLayer& layer : line_layers_) layer.apply(x);
  return latent_.apply(mean_of_rows(final_norm_.apply(x), width));
}

}  // namespace tilecast
