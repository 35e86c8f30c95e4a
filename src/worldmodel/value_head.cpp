#include "worldmodel/value_head.h"

namespace tilecast {

Result<ValueHead> ValueHead::from(const TensorFile& file, std::size_t latent_width) {
  ValueHead head;
  const auto width = static_cast<std::int64_t>(latent_width);
  TILECAST_TRY(head.norm_, layer_norm_from(file, "value.norm", width));
  TILECAST_TRY(head.hidden_, linear_from(file, "value.hidden", width, -1));
  TILECAST_TRY(head.middle_, linear_from(file, "value.middle", head.hidden_.weight.shape[1], -1));
  TILECAST_TRY(head.output_, linear_from(file, "value.output", head.middle_.weight.shape[1], 1));
  return head;
}

std::vector<float> ValueHead::features(std::span<const float> latents) const {
  std::vector<float> x = hidden_.apply(norm_.apply(latents));
  gelu(x);
  x = middle_.apply(x);
  gelu(x);
  return x;
}

}  // namespace tilecast
