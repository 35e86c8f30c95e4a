#include "worldmodel/transition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"transh", "translation", "gated"};

float dot(std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
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
  if (*kind == TransitionKind::kGated) {
    const auto width = static_cast<std::int64_t>(transition.latent_width());
    TILECAST_TRY(const Tensor* gate, file.find("transition.gate", {width, width}));
    transition.gate_ = *gate;
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
      for (std::size_t k = 0; k < width; ++k) {
        for (std::size_t i = 0; i < width; ++i) gates[i] += latent[k] * gate_.values[k * width + i];
      }
      for (std::size_t i = 0; i < width; ++i) latent[i] += d[i] / (1 + std::exp(-gates[i]));
      return;
    }
  }
}

std::vector<float> Transition::roll(std::span<const float> initial, std::span<const float> features) const {
  const std::size_t width = initial.size();
  const std::vector<float> rows = vectors(features);
  std::vector<float> latent(initial.begin(), initial.end());
  std::vector<float> states = latent;
  for (std::size_t first = 0; first < rows.size(); first += 2 * width) {
    advance(latent, std::span(rows).subspan(first, 2 * width));
    states.insert(states.end(), latent.begin(), latent.end());
  }
  return states;
}

}  // namespace tilecast
