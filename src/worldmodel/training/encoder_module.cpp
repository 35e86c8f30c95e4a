#include "worldmodel/training/encoder_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "worldmodel/encoder.h"

namespace tilecast {
namespace {

constexpr std::int64_t kHeads = kEncoderHeads;

// Mean over the positions that the mask has.
torch::Tensor masked_mean(const torch::Tensor& x, const torch::Tensor& mask) {
  const torch::Tensor weights = mask.to(torch::kFloat);
  return torch::bmm((weights / weights.sum(1, true).clamp_min(1)).unsqueeze(1), x).squeeze(1);
}

// In order of length, so that what is encoded together needs little padding.
template <class Items>
std::vector<std::int64_t> order_by_length(const Items& items) {
  const auto length = [&](std::int64_t i) { return items[static_cast<std::size_t>(i)].size(); };
  std::vector<std::int64_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return length(a) < length(b); });
  return order;
}

// `encode` of buckets of items of about the same length, in the order of the items.
template <class Items, class Encode>
torch::Tensor encode_by_length(const Items& items, std::size_t bucket_size, const Encode& encode) {
  const std::vector<std::int64_t> order = order_by_length(items);
  std::vector<torch::Tensor> parts;
  for (std::size_t first = 0; first < order.size(); first += bucket_size) {
    Items bucket;
    for (std::size_t i = first; i < std::min(first + bucket_size, order.size()); ++i) {
      bucket.push_back(items[static_cast<std::size_t>(order[i])]);
    }
    parts.push_back(encode(bucket));
  }
  return torch::cat(parts).index_select(0, torch::tensor(order).argsort());
}

}  // namespace

EncoderModule::EncoderModule(const EncoderSize& size) : size_(size) {
  constexpr double kDeviation = 0.1;
  parameters_.add_normal("encoder.words", {static_cast<std::int64_t>(vocabulary_size()), size.width}, kDeviation);
  parameters_.add_normal("encoder.numbers", {static_cast<std::int64_t>(kNumberFeatures), size.width}, kDeviation);
  parameters_.add_normal("encoder.positions", {static_cast<std::int64_t>(kMostTokensOfALine), size.width}, kDeviation);
  parameters_.add_normal("encoder.line_positions", {static_cast<std::int64_t>(kMostLines), size.width}, kDeviation);
  parameters_.add_transformer_layer("encoder.token_layer", size.width);
  for (std::int64_t i = 0; i < size.line_layers; ++i) {
    parameters_.add_transformer_layer(fmt::format("encoder.line_layer{}", i), size.width);
  }
  parameters_.add_layer_norm("encoder.final_norm", size.width);
  parameters_.add_linear("encoder.latent", size.width, size.latent);
}

torch::Tensor EncoderModule::line_vectors(std::span<const std::span<const Token>> lines, double dropout) const {
  std::size_t longest = 1;
  for (const auto& line : lines) longest = std::max(longest, line.size());
  const auto rows = static_cast<std::int64_t>(lines.size());
  const auto columns = static_cast<std::int64_t>(longest);
  torch::Tensor words = torch::zeros({rows, columns}, torch::kLong);
  torch::Tensor numbers = torch::zeros({rows, columns, static_cast<std::int64_t>(kNumberFeatures)});
  torch::Tensor mask = torch::zeros({rows, columns}, torch::kBool);
  auto word = words.accessor<std::int64_t, 2>();
  auto number = numbers.accessor<float, 3>();
  auto present = mask.accessor<bool, 2>();
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::span<const Token> line = lines[static_cast<std::size_t>(r)];
    for (std::size_t t = 0; t < line.size(); ++t) {
      const auto column = static_cast<std::int64_t>(t);
      word[r][column] = line[t].word;
      present[r][column] = true;
      if (!has_value(line[t])) continue;
      const auto features = number_features(line[t].value);
      for (std::size_t f = 0; f < features.size(); ++f) number[r][column][static_cast<std::int64_t>(f)] = features[f];
    }
  }
  torch::Tensor x = torch::embedding(parameters_.at("encoder.words"), words) +
                    torch::matmul(numbers, parameters_.at("encoder.numbers")) +
                    parameters_.at("encoder.positions").slice(0, 0, columns);
  x = torch::dropout(x, dropout, dropout > 0);
  return masked_mean(transformer_layer(parameters_, "encoder.token_layer", x, mask, kHeads, dropout), mask);
}

torch::Tensor EncoderModule::forward_bucket(const torch::Tensor& lines,
                                            std::span<const std::vector<std::int64_t>> programs, double dropout) const {
  std::size_t most = 1;
  for (const auto& program : programs) most = std::max(most, program.size());
  const auto rows = static_cast<std::int64_t>(programs.size());
  const auto columns = static_cast<std::int64_t>(most);
  torch::Tensor index = torch::zeros({rows, columns}, torch::kLong);
  torch::Tensor mask = torch::zeros({rows, columns}, torch::kBool);
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::vector<std::int64_t>& program = programs[static_cast<std::size_t>(r)];
    std::copy(program.begin(), program.end(), index[r].data_ptr<std::int64_t>());
    mask[r].slice(0, 0, static_cast<std::int64_t>(program.size())).fill_(true);
  }
  torch::Tensor x = torch::embedding(lines, index) + parameters_.at("encoder.line_positions").slice(0, 0, columns);
  for (std::int64_t i = 0; i < size_.line_layers; ++i) {
    x = transformer_layer(parameters_, fmt::format("encoder.line_layer{}", i), x, mask, kHeads, dropout);
  }
  return linear(parameters_, "encoder.latent", masked_mean(layer_norm(parameters_, "encoder.final_norm", x), mask));
}

torch::Tensor EncoderModule::forward(std::span<const ProgramLines> programs, double dropout) const {
  std::unordered_map<std::uint64_t, std::int64_t> number_of;
  std::vector<std::span<const Token>> lines;
  std::vector<std::vector<std::int64_t>> numbers(programs.size());
  for (std::size_t p = 0; p < programs.size(); ++p) {
    for (const ProgramLine& line : programs[p]) {
      const auto [found, is_new] = number_of.emplace(line_hash(line), static_cast<std::int64_t>(lines.size()));
      if (is_new) lines.push_back(line);
      numbers[p].push_back(found->second);
    }
  }
  constexpr std::size_t kLines = 256;
  constexpr std::size_t kPrograms = 8;
  const torch::Tensor vectors =
      encode_by_length(lines, kLines, [&](const auto& bucket) { return line_vectors(bucket, dropout); });
  return encode_by_length(numbers, kPrograms,
                          [&](const auto& bucket) { return forward_bucket(vectors, bucket, dropout); });
}

}  // namespace tilecast
