// A trajectory as the transition model sees it.
#pragma once

#include <span>
#include <vector>

#include "schedule/state.h"
#include "worldmodel/text_encoder.h"

namespace tilecast {

struct Rollout {
  std::vector<float> features;  // actions x kActionFeatureCount
  std::vector<float> latents;   // (actions + 1) x latent width: of the true states; or of the unscheduled program alone
  double log_seconds = 0;       // to base 2, less the mean of its task's programs; 0 where no time is known
};

// Features and latents of the trajectory. `cache`: what was encoded before; what is new is added.
Result<Rollout, Illegal> encode_rollout(const State& initial, std::span<const Action> trajectory,
                                        const TextEncoder& encoder, EncoderCache& cache);
// The same with no latent but the unscheduled program's, `latent`.
Result<Rollout, Illegal> start_rollout(const State& initial, std::span<const Action> trajectory,
                                       std::vector<float> latent);

}  // namespace tilecast
