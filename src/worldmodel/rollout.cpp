#include "worldmodel/rollout.h"

#include "worldmodel/action_features.h"
#include "worldmodel/state_texts.h"

namespace tilecast {
namespace {

std::vector<float> features_of(const State& initial, std::span<const Action> trajectory) {
  std::vector<float> features;
  features.reserve(trajectory.size() * kActionFeatureCount);
  ActionTracker tracker(initial.program());
  for (const Action& action : trajectory) {
    const auto values = tracker.follow(action).values();
    features.insert(features.end(), values.begin(), values.end());
  }
  return features;
}

}  // namespace

Result<Rollout, Illegal> encode_rollout(const State& initial, std::span<const Action> trajectory,
                                        const TextEncoder& encoder, EncoderCache& cache) {
  TILECAST_TRY(const std::vector<std::string> texts, state_texts(initial, trajectory));
  Rollout rollout{.features = features_of(initial, trajectory)};
  for (const std::string& text : texts) {
    const std::vector<float> latent = encoder.encode(text, &cache);
    rollout.latents.insert(rollout.latents.end(), latent.begin(), latent.end());
  }
  return rollout;
}

Result<Rollout, Illegal> encode_start(const State& initial, std::span<const Action> trajectory,
                                      const TextEncoder& encoder, EncoderCache& cache) {
  TILECAST_CHECK(replay(initial, trajectory));
  return Rollout{features_of(initial, trajectory), encoder.encode(program_text(initial), &cache)};
}

}  // namespace tilecast
