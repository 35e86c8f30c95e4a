#include "worldmodel/roberta_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

struct Config {
  std::size_t heads = 0;
  float epsilon = 1e-5F;
  std::size_t layers = 0;
};

std::string layer_name(std::size_t layer) {
  return fmt::format("roberta.encoder.layer.{}", layer);
}

std::size_t layers_of(const TensorFile& file) {
  const auto has_layer = [&](std::size_t layer) {
    const std::string prefix = layer_name(layer) + ".";
    const auto found = file.tensors.lower_bound(prefix);
    return found != file.tensors.end() && found->first.starts_with(prefix);
  };
  std::size_t layers = 0;
  while (has_layer(layers)) ++layers;
  return layers;
}

// What another value than RoBERTa's own would ask for is not computed here.
Status check_settings(const nlohmann::json& json) {
  for (const auto& [key, value] : {std::pair{"model_type", "roberta"}, std::pair{"hidden_act", "gelu"},
                                   std::pair{"position_embedding_type", "absolute"}}) {
    const auto actual = json.value(key, std::string(value));
    if (actual != value) return Error{fmt::format("config.json: {} is {}, only {} is known", key, actual, value)};
  }
  return Unit{};
}

// `width`: of the hidden states.
Result<Config> parse_config(const nlohmann::json& json, const TensorFile& file, std::size_t width) {
  constexpr std::size_t kUsualHeadWidth = 64;
  TILECAST_CHECK(check_settings(json));
  const Config config{.heads = json.value("num_attention_heads", width / kUsualHeadWidth),
                      .epsilon = json.value("layer_norm_eps", 1e-5F),
                      .layers = layers_of(file)};
  if (width == 0 || config.heads == 0 || width % config.heads != 0) {
    return Error{fmt::format("config.json: {} attention heads do not divide a width of {}", config.heads, width)};
  }
  if (config.layers == 0) return Error{fmt::format("there are no tensors {}.*", layer_name(0))};
  const auto layers = json.value("num_hidden_layers", config.layers);
  if (layers != config.layers) {
    return Error{fmt::format("config.json: num_hidden_layers is {}, there are tensors of {}", layers, config.layers)};
  }
  return config;
}

Result<Config> read_config(const TensorFile& file, std::size_t width) {
  const auto text = file.metadata.find("config.json");
  const auto json =
      text == file.metadata.end() ? nlohmann::json::object() : nlohmann::json::parse(text->second, nullptr, false);
  if (!json.is_object()) return Error{"config.json is no JSON object"};
  try {
    return parse_config(json, file, width);
  } catch (const nlohmann::json::exception& e) {
    return Error{fmt::format("config.json: {}", e.what())};
  }
}

Result<BpeTokenizer> tokenizer_from(const TensorFile& file) {
  for (const char* name : {"vocab.json", "merges.txt"}) {
    if (!file.metadata.contains(name)) return Error{fmt::format("its metadata has no {}", name)};
  }
  return BpeTokenizer::from(file.metadata.at("vocab.json"), file.metadata.at("merges.txt"));
}

// PyTorch has the weight of a linear layer as [outputs, inputs].
Result<Linear> torch_linear_from(const TensorFile& file, const std::string& name, std::int64_t inputs,
                                 std::int64_t outputs) {
  TILECAST_TRY(const Tensor* weight, file.find(name + ".weight", {outputs, inputs}));
  const std::int64_t rows = weight->shape[0];
  TILECAST_TRY(const Tensor* bias, file.find(name + ".bias", {rows}));
  return Linear{{{inputs, rows}, transposed(weight->values, static_cast<std::size_t>(inputs))}, *bias};
}

// One layer from width to 3 width.
Result<Linear> query_key_value_from(const TensorFile& file, const std::string& name, std::int64_t width) {
  Tensor weight{.shape = {3 * width, width}};
  Tensor bias{.shape = {3 * width}};
  for (const char* part : {"query", "key", "value"}) {
    TILECAST_TRY(const Tensor* rows, file.find(fmt::format("{}.{}.weight", name, part), {width, width}));
    TILECAST_TRY(const Tensor* own_bias, file.find(fmt::format("{}.{}.bias", name, part), {width}));
    weight.values.insert(weight.values.end(), rows->values.begin(), rows->values.end());
    bias.values.insert(bias.values.end(), own_bias->values.begin(), own_bias->values.end());
  }
  return Linear{{{width, 3 * width}, transposed(weight.values, static_cast<std::size_t>(width))}, std::move(bias)};
}

Result<LayerNorm> norm_from(const TensorFile& file, const std::string& name, std::int64_t width, float epsilon) {
  TILECAST_TRY(LayerNorm norm, layer_norm_from(file, name, width));
  norm.epsilon = epsilon;
  return norm;
}

Result<RobertaLayer> layer_from(const TensorFile& file, const std::string& name, std::int64_t width,
                                const Config& config) {
  RobertaLayer layer{.heads = config.heads};
  TILECAST_TRY(layer.query_key_value, query_key_value_from(file, name + ".attention.self", width));
  TILECAST_TRY(layer.attention_output, torch_linear_from(file, name + ".attention.output.dense", width, width));
  TILECAST_TRY(layer.attention_norm, norm_from(file, name + ".attention.output.LayerNorm", width, config.epsilon));
  TILECAST_TRY(layer.expand, torch_linear_from(file, name + ".intermediate.dense", width, -1));
  if (layer.expand.outputs() == 0) return Error{fmt::format("tensor {}.intermediate.dense.weight is empty", name)};
  TILECAST_TRY(layer.contract, torch_linear_from(file, name + ".output.dense", layer.expand.weight.shape[1], width));
  TILECAST_TRY(layer.feed_forward_norm, norm_from(file, name + ".output.LayerNorm", width, config.epsilon));
  return layer;
}

}  // namespace

void RobertaLayer::apply(std::vector<float>& x) const {
  const std::size_t width = attention_norm.weight.values.size();
  add_to(x, attention_output.apply(self_attention(query_key_value.apply(x), width, heads)));
  x = attention_norm.apply(x);
  std::vector<float> hidden = expand.apply(x);
  gelu_by_erf(hidden);
  add_to(x, contract.apply(hidden));
  x = feed_forward_norm.apply(x);
}

Status RobertaEncoder::read_embeddings(const TensorFile& file, std::int64_t width, float epsilon) {
  const std::string name = "roberta.embeddings.";
  TILECAST_TRY(const Tensor* words, file.find(name + "word_embeddings.weight", {-1, width}));
  if (words->shape[0] <= tokenizer_.largest_id()) {
    return Error{fmt::format("vocab.json has a token {}, there are {} word embeddings", tokenizer_.largest_id(),
                             words->shape[0])};
  }
  TILECAST_TRY(const Tensor* positions, file.find(name + "position_embeddings.weight", {-1, width}));
  TILECAST_TRY(const Tensor* types, file.find(name + "token_type_embeddings.weight", {-1, width}));
  // The positions of tokens begin after the number of the padding.
  const std::int64_t first = static_cast<std::int64_t>(tokenizer_.padding()) + 1;
  if (positions->shape[0] < first + 2 || types->shape[0] == 0) {
    return Error{
        fmt::format("{} position embeddings and {} token types are too few", positions->shape[0], types->shape[0])};
  }
  words_ = *words;
  positions_ = {{positions->shape[0] - first, width},
                {positions->values.begin() + first * width, positions->values.end()}};
  for (std::size_t i = 0; i < positions_.values.size(); ++i) {
    positions_.values[i] += types->values[i % static_cast<std::size_t>(width)];
  }
  TILECAST_TRY(token_norm_, norm_from(file, name + "LayerNorm", width, epsilon));
  return Unit{};
}

Result<RobertaEncoder> RobertaEncoder::from(const TensorFile& file) {
  RobertaEncoder encoder;
  TILECAST_TRY(encoder.tokenizer_, tokenizer_from(file));
  TILECAST_TRY(const Tensor* norm, file.find("roberta.embeddings.LayerNorm.weight", {-1}));
  const std::int64_t width = norm->shape[0];
  TILECAST_TRY(const Config config, read_config(file, static_cast<std::size_t>(width)));
  TILECAST_CHECK(encoder.read_embeddings(file, width, config.epsilon));
  for (std::size_t i = 0; i < config.layers; ++i) {
    TILECAST_TRY(RobertaLayer layer, layer_from(file, layer_name(i), width, config));
    encoder.layers_.push_back(std::move(layer));
  }
  return encoder;
}

Result<RobertaEncoder> RobertaEncoder::read(const std::filesystem::path& directory) {
  TILECAST_TRY(const TensorFile file, read_roberta_directory(directory));
  auto encoder = from(file);
  if (!encoder.ok()) return Error{fmt::format("{}: {}", directory.string(), encoder.error().message)};
  return encoder;
}

std::vector<float> RobertaEncoder::hidden_states(std::span<const std::uint32_t> tokens) const {
  std::vector<float> x;
  x.reserve(tokens.size() * width());
  for (const std::uint32_t token : tokens) {
    const auto row = words_.values.begin() + static_cast<std::ptrdiff_t>(token * width());
    x.insert(x.end(), row, row + static_cast<std::ptrdiff_t>(width()));
  }
  add_to(x, std::span(positions_.values).first(x.size()));
  x = token_norm_.apply(x);
  for (const RobertaLayer& layer : layers_) layer.apply(x);
  return x;
}

std::vector<float> RobertaEncoder::encode(std::string_view text) const {
  return mean_of_rows(hidden_states(tokens(text)), width());
}

}  // namespace tilecast
