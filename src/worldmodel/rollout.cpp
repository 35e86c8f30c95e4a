#include "worldmodel/rollout.h"

#include <utility>

#include "worldmodel/action_features.h"
#include "worldmodel/state_texts.h"

namespace tilecast {

Result<Rollout, Illegal> encode_rollout(const State& initial, std::span<const Action> trajectory,
                                        const TextEncoder& encoder, EncoderCache& cache) {
  TILECAST_TRY(const std::vector<std::string> texts, state_texts(initial, trajectory));
  Rollout rollout{.features = action_rows(initial.program(), trajectory)};
  for (const std::string& text : texts) {
    const std::vector<float> latent = encoder.encode(text, &cache);
    rollout.latents.insert(rollout.latents.end(), latent.begin(), latent.end());
  }
  return rollout;
}

Result<Rollout, Illegal> start_rollout(const State& initial, std::span<const Action> trajectory,
                                       std::vector<float> latent) {
  TILECAST_CHECK(replay(initial, trajectory));
  return Rollout{action_rows(initial.program(), trajectory), std::move(latent)};
}

}  // namespace tilecast
