#include "worldmodel/world_model.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "schedule/state.h"
#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

// What must be the same for a model to be of use.
std::map<std::string, std::string> versions() {
  return {{"world_model_version", std::to_string(kWorldModelVersion)},
          {"tokenizer_version", std::to_string(kTokenizerVersion)},
          {"program_text_version", std::to_string(kProgramTextVersion)},
          {"action_version", std::to_string(kActionVersion)},
          {"action_features", std::to_string(kActionFeatureCount)}};
}

bool is_of_trees(const std::string& name) {
  return name.starts_with("trees");
}

Result<WorldModel> model_from(const TensorFile& tensors) {
  TILECAST_TRY(TextEncoder encoder, TextEncoder::from(tensors));
  TILECAST_TRY(Transition transition, Transition::from(tensors));
  if (encoder.latent_width() != transition.text_width()) {
    return Error{fmt::format("latents of {} and of {} components", encoder.latent_width(), transition.text_width())};
  }
  TILECAST_TRY(ValueHead value, ValueHead::from(tensors, transition.latent_width()));
  return WorldModel{std::move(encoder), std::move(transition), std::move(value), trees_of(tensors)};
}

// Rows of features that occur more than once, once each.
struct DistinctRows {
  std::vector<float> rows;
  std::vector<std::uint32_t> which;  // of each original row
};

DistinctRows distinct_rows(std::span<const float> features) {
  constexpr std::size_t kBytes = kActionFeatureCount * sizeof(float);
  DistinctRows result;
  std::unordered_map<std::string_view, std::uint32_t> known;
  const std::size_t rows = features.size() / kActionFeatureCount;
  known.reserve(rows);
  result.which.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const float* values = features.data() + row * kActionFeatureCount;
    const std::string_view bytes(reinterpret_cast<const char*>(values), kBytes);
    const auto [found, is_new] = known.emplace(bytes, static_cast<std::uint32_t>(known.size()));
    if (is_new) result.rows.insert(result.rows.end(), values, values + kActionFeatureCount);
    result.which.push_back(found->second);
  }
  return result;
}

}  // namespace

TensorFile new_world_model_file() {
  return {.metadata = versions()};
}

TensorFile trees_of(const TensorFile& file) {
  TensorFile trees;
  for (const auto& [name, value] : file.metadata) {
    if (is_of_trees(name)) trees.metadata[name] = value;
  }
  for (const auto& [name, value] : file.bytes) {
    if (is_of_trees(name)) trees.bytes[name] = value;
  }
  return trees;
}

void remove_trees(TensorFile& file) {
  std::erase_if(file.metadata, [](const auto& entry) { return is_of_trees(entry.first); });
  std::erase_if(file.bytes, [](const auto& entry) { return is_of_trees(entry.first); });
}

Result<WorldModel> WorldModel::read(const std::filesystem::path& file) {
  TILECAST_TRY(const TensorFile tensors, read_tensor_file(file));
  if (const auto difference = metadata_difference(tensors, versions())) {
    return Error{fmt::format("{} has {} {}, this program reads {}; train it anew with `tilecast train`", file.string(),
                             difference->name, difference->actual, difference->expected)};
  }
  auto model = model_from(tensors);
  if (!model.ok()) return Error{fmt::format("{}: {}", file.string(), model.error().message)};
  return model;
}

std::vector<float> WorldModel::foresee(std::span<const float> text, std::span<const float> features,
                                       std::span<const std::uint32_t> counts) const {
  const std::size_t width = transition.latent_width();
  const std::vector<float> initial = transition.begin(text);
  const DistinctRows distinct = distinct_rows(features);
  const std::vector<float> vectors = transition.vectors(distinct.rows);
  std::vector<float> latents;
  latents.reserve(counts.size() * width);
  std::size_t action = 0;
  for (const std::uint32_t count : counts) {
    latents.insert(latents.end(), initial.begin(), initial.end());
    const std::span<float> latent = std::span(latents).last(width);
    for (std::uint32_t i = 0; i < count; ++i, ++action) {
      transition.advance(latent, std::span(vectors).subspan(distinct.which[action] * 2 * width, 2 * width));
    }
  }
  return latents;
}

}  // namespace tilecast
