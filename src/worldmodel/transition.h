// The transition model: how an action moves a program's latent. Each action's features (action_features.h) give vectors
// a and d; the latent goes from z to z':
//
//   transh        z' = z - (w.z) w + d, w = a / |a|        (TransH: Wang et al., AAAI 2014)
//   translation   z' = z + d
//   gated         z' = z + sigmoid(a + U z) * d            (a gate for each component)
//   recurrent     z' = z + sigmoid(a + U z) * (d + tanh(V z) - z)   (after the minimal gated unit: Zhou et al., 2016)
//
// The latent has two parts. The first is the encoder's: what the program's text says. The second is free: it begins as
// a linear function of the first, no state's text says what it should become, and it learns what tells fast programs
// from slow ones. What a trajectory leads to is foreseen without building one state of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worldmodel/dense.h"

namespace tilecast {

enum class TransitionKind : std::uint8_t { kTransH, kTranslation, kGated, kRecurrent };
// All that there are.
std::vector<std::string> transition_names();
std::string_view transition_name(TransitionKind kind);
std::optional<TransitionKind> transition_from_name(std::string_view name);

class Transition {
 public:
  // Tensors transition.*, as training writes them, and the kind in the metadata. Errors name what is missing.
  static Result<Transition> from(const TensorFile& file);

  TransitionKind kind() const { return kind_; }
  std::size_t latent_width() const { return vectors_.outputs() / 2; }  // of both parts
  std::size_t text_width() const { return latent_width() - free_width(); }
  // The latent before the first action, of text_width() components of the encoder.
  std::vector<float> begin(std::span<const float> text) const;
  // Of rows of kActionFeatureCount features: rows of a (w for transh) and d, 2 x latent_width() each.
  std::vector<float> vectors(std::span<const float> features) const;
  // One step of a latent, by one row of `vectors`.
  void advance(std::span<float> latent, std::span<const float> vectors) const;
  // All states of one trajectory, (actions + 1) x latent width: that of the unscheduled program with the latent `text`,
  // then the latent after each action, of which `features` has the rows.
  std::vector<float> roll(std::span<const float> text, std::span<const float> features) const;

 private:
  std::size_t free_width() const { return free_.weight.values.empty() ? 0 : free_.outputs(); }

  TransitionKind kind_ = TransitionKind::kTransH;
  Linear hidden_;
  Linear vectors_;
  Tensor gate_;       // of kGated and kRecurrent: U, transposed
  Tensor candidate_;  // of kRecurrent: V, transposed
  Linear free_;       // from the text's part; without weights where there is no free part
};

}  // namespace tilecast
