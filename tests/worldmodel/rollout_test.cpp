#include "worldmodel/rollout.h"

#include <gtest/gtest.h>

#include "../schedule/test_programs.h"
#include "test_models.h"
#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

TEST(Rollout, HasTheEncodersLatentOfEachState) {
  const State initial = testing::product_state(30, 40, 64);
  const Trajectory trajectory = {Split{"product", "n", "no", "ni", 16}, Unroll{"product", "ni"}};
  const auto encoder = Encoder::from(testing::random_world_model_file(3));
  ASSERT_TRUE(encoder.ok());
  EncoderCache cache;
  const auto rollout = encode_rollout(initial, trajectory, *encoder, cache);
  ASSERT_TRUE(rollout.ok()) << rollout.error().reason;
  EXPECT_EQ(rollout->features.size(), 2 * kActionFeatureCount);
  std::vector<float> expected;
  for (std::size_t steps = 0; steps <= trajectory.size(); ++steps) {
    const auto state = replay(initial, std::span(trajectory).first(steps));
    const std::vector<float> latent = encoder->encode(program_lines(program_text(*state)));
    expected.insert(expected.end(), latent.begin(), latent.end());
  }
  EXPECT_EQ(rollout->latents, expected);
  EXPECT_FALSE(cache.lines.empty());
}

TEST(Rollout, NamesAnIllegalAction) {
  const auto encoder = Encoder::from(testing::random_world_model_file(3));
  ASSERT_TRUE(encoder.ok());
  EncoderCache cache;
  const Trajectory trajectory = {Vectorize{"nobody", "x"}};
  const auto rollout = encode_rollout(testing::product_state(30, 40, 64), trajectory, *encoder, cache);
  ASSERT_FALSE(rollout.ok());
  EXPECT_NE(rollout.error().reason.find("step 1, vectorize(nobody, x)"), std::string::npos) << rollout.error().reason;
}

}  // namespace
}  // namespace tilecast
