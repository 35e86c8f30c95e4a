// The transition model: how an action moves a program's latent. Each action's features (action_features.h) give vectors
// a and d; the latent goes from z to z':
//
//   transh        z' = z - (w.z) w + d, w = a / |a|        (TransH: Wang et al., AAAI 2014)
//   translation   z' = z + d
//   gated         z' = z + sigmoid(a + U z) * d            (a gate for each component)
//
// What a trajectory leads to is foreseen without building one state of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worldmodel/dense.h"

namespace tilecast {

enum class TransitionKind : std::uint8_t { kTransH, kTranslation, kGated };
// All that there are.
std::vector<std::string> transition_names();
std::string_view transition_name(TransitionKind kind);
std::optional<TransitionKind> transition_from_name(std::string_view name);

class Transition {
 public:
  // Tensors transition.*, as training writes them, and the kind in the metadata. Errors name what is missing.
  static Result<Transition> from(const TensorFile& file);

  TransitionKind kind() const { return kind_; }
  std::size_t latent_width() const { return vectors_.outputs() / 2; }
  // Of rows of kActionFeatureCount features: rows of a (w for transh) and d, 2 x latent_width() each.
  std::vector<float> vectors(std::span<const float> features) const;
  // One step of a latent, by one row of `vectors`.
  void advance(std::span<float> latent, std::span<const float> vectors) const;
  // All states of one trajectory, (actions + 1) x latent width: `initial`, then the latent after each action, of which
  // `features` has the rows.
  std::vector<float> roll(std::span<const float> initial, std::span<const float> features) const;

 private:
  TransitionKind kind_ = TransitionKind::kTransH;
  Linear hidden_;
  Linear vectors_;
  Tensor gate_;  // of kGated: U, transposed
};

}  // namespace tilecast
