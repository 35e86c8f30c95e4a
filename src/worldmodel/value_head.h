// What a program's last latent says of its time, without trees: the end of a world model that is trained end to end.
#pragma once

#include <span>
#include <vector>

#include "worldmodel/dense.h"

namespace tilecast {

class ValueHead {
 public:
  // Tensors value.*, as training writes them, for latents of this width. Errors name what is missing.
  static Result<ValueHead> from(const TensorFile& file, std::size_t latent_width);

  // What times are a linear function of: programs x feature_width(). `latents`: programs x latent width. Programs whose
  // features are near each other run about as fast, for reasons that the model knows.
  std::vector<float> features(std::span<const float> latents) const;
  std::size_t feature_width() const { return output_.inputs(); }
  // log2 of each program's time, up to a constant of the task. `features`: programs x feature_width().
  std::vector<float> log_times(std::span<const float> features) const { return output_.apply(features); }

 private:
  LayerNorm norm_;
  Linear hidden_;
  Linear middle_;
  Linear output_;
};

}  // namespace tilecast
