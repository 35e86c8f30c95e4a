#include "worldmodel/transition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"transh", "translation", "gated", "recurrent"};

float dot(std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// x += M z, `transposed` being M's transpose.
void add_product(const Tensor& transposed, std::span<const float> z, std::span<float> x) {
  for (std::size_t k = 0; k < z.size(); ++k) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += z[k] * transposed.values[k * x.size() + i];
  }
}

float sigmoid(float x) {
  return 1 / (1 + std::exp(-x));
}

Result<Tensor> square_from(const TensorFile& file, const std::string& name, std::size_t width) {
  const auto extent = static_cast<std::int64_t>(width);
  TILECAST_TRY(const Tensor* found, file.find(name, {extent, extent}));
  return *found;
}

}  // namespace

std::vector<std::string> transition_names() {
  return {kNames.begin(), kNames.end()};
}

std::string_view transition_name(TransitionKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<TransitionKind> transition_from_name(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<TransitionKind>(found - kNames.begin());
}

Result<Transition> Transition::from(const TensorFile& file) {
  Transition transition;
  const auto name = file.metadata.find("transition");
  const auto kind = name == file.metadata.end() ? std::nullopt : transition_from_name(name->second);
  if (!kind) return Error{"its metadata names no kind of transition that is known"};
  transition.kind_ = *kind;
  TILECAST_TRY(transition.hidden_,
               linear_from(file, "transition.hidden", static_cast<std::int64_t>(kActionFeatureCount), -1));
  TILECAST_TRY(transition.vectors_, linear_from(file, "transition.vectors", transition.hidden_.weight.shape[1], -1));
  if (transition.vectors_.outputs() % 2 != 0) return Error{"transition.vectors has an odd number of columns"};
  const std::size_t width = transition.latent_width();
  if (*kind == TransitionKind::kGated || *kind == TransitionKind::kRecurrent) {
    TILECAST_TRY(transition.gate_, square_from(file, "transition.gate", width));
  }
  if (*kind == TransitionKind::kRecurrent) {
    TILECAST_TRY(transition.candidate_, square_from(file, "transition.candidate", width));
  }
  if (file.tensors.contains("transition.free.weight")) {
    TILECAST_TRY(transition.free_, linear_from(file, "transition.free", -1, -1));
    if (transition.free_.inputs() + transition.free_.outputs() != width) {
      return Error{"transition.free and transition.vectors are of latents of different widths"};
    }
  }
  return transition;
}

std::vector<float> Transition::vectors(std::span<const float> features) const {
  std::vector<float> hidden = hidden_.apply(features);
  gelu(hidden);
  std::vector<float> result = vectors_.apply(hidden);
  if (kind_ != TransitionKind::kTransH) return result;
  const std::size_t width = latent_width();
  for (std::size_t row = 0; row < result.size(); row += 2 * width) {
    const std::span<float> normal = std::span(result).subspan(row, width);
    const float scale = 1 / std::sqrt(dot(normal, normal) + 1e-12F);
    for (float& value : normal) value *= scale;
  }
  return result;
}

void Transition::advance(std::span<float> latent, std::span<const float> vectors) const {
  const std::size_t width = latent.size();
  const std::span<const float> a = vectors.first(width);
  const std::span<const float> d = vectors.subspan(width, width);
  switch (kind_) {
    case TransitionKind::kTransH: {
      const float along = dot(a, latent);
      for (std::size_t i = 0; i < width; ++i) latent[i] += d[i] - along * a[i];
      return;
    }
    case TransitionKind::kTranslation:
      for (std::size_t i = 0; i < width; ++i) latent[i] += d[i];
      return;
    case TransitionKind::kGated: {
      std::vector<float> gates(a.begin(), a.end());
      add_product(gate_, latent, gates);
      for (std::size_t i = 0; i < width; ++i) latent[i] += sigmoid(gates[i]) * d[i];
      return;
    }
    case TransitionKind::kRecurrent: {
      std::vector<float> gates(a.begin(), a.end());
      add_product(gate_, latent, gates);
      std::vector<float> candidate(width, 0);
      add_product(candidate_, latent, candidate);
      for (std::size_t i = 0; i < width; ++i) {
        latent[i] += sigmoid(gates[i]) * (d[i] + std::tanh(candidate[i]) - latent[i]);
      }
      return;
    }
  }
}

std::vector<float> Transition::begin(std::span<const float> text) const {
  std::vector<float> latent(text.begin(), text.end());
  if (free_width() == 0) return latent;
  const std::vector<float> free = free_.apply(text);
  latent.insert(latent.end(), free.begin(), free.end());
  return latent;
}

std::vector<float> Transition::roll(std::span<const float> text, std::span<const float> features) const {
  const std::size_t width = latent_width();
  const std::vector<float> rows = vectors(features);
  std::vector<float> latent = begin(text);
  std::vector<float> states = latent;
  for (std::size_t first = 0; first < rows.size(); first += 2 * width) {
    advance(latent, std::span(rows).subspan(first, 2 * width));
    states.insert(states.end(), latent.begin(), latent.end());
  }
  return states;
}

}  // namespace tilecast
