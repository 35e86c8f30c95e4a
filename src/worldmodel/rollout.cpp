#include "worldmodel/rollout.h"

#include "worldmodel/action_features.h"
#include "worldmodel/state_texts.h"

namespace tilecast {

Result<Rollout, Illegal> encode_rollout(const State& initial, std::span<const Action> trajectory,
                                        const TextEncoder& encoder, EncoderCache& cache) {
  TILECAST_TRY(const std::vector<std::string> texts, state_texts(initial, trajectory));
  Rollout rollout;
  ActionTracker tracker(initial.program());
  for (const Action& action : trajectory) {
    const auto values = tracker.follow(action).values();
    rollout.features.insert(rollout.features.end(), values.begin(), values.end());
  }
  for (const std::string& text : texts) {
    const std::vector<float> latent = encoder.encode(text, &cache);
    rollout.latents.insert(rollout.latents.end(), latent.begin(), latent.end());
  }
  return rollout;
}

}  // namespace tilecast
