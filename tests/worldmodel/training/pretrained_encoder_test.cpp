// A transition learns to foresee the latents of an encoder that others trained.
#include <gtest/gtest.h>

#include <iostream>

#include "../roberta_fixture.h"
#include "base/random.h"
#include "measured_tasks.h"
#include "worldmodel/action_features.h"
#include "worldmodel/training/transition_training.h"
#include "worldmodel/world_model.h"

namespace tilecast {
namespace {

// One rollout of as many states, each of three components of which the third is the sum of the others.
Rollout plane(int states, Random& random) {
  Rollout rollout;
  for (int i = 0; i < states; ++i) {
    const auto x = static_cast<float>(5 + random.normal());
    const auto y = static_cast<float>(0.1 * random.normal());
    rollout.latents.insert(rollout.latents.end(), {x, y, x + y});
  }
  return rollout;
}

TEST(ReduceLatents, KeepsWhatVariesMost) {
  const std::uint64_t seed = 3;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const std::vector<std::vector<Rollout>> whole = {{plane(500, random)}, {}, {plane(300, random)}};
  for (const std::int64_t most : {1, 2, 3}) {
    std::vector<std::vector<Rollout>> rollouts = whole;
    TensorFile file;
    reduce_latents(rollouts, 3, most, file);
    const std::int64_t components = std::min<std::int64_t>(most, 2);
    const auto layer = linear_from(file, "encoder.latent", 3, components);
    ASSERT_TRUE(layer.ok()) << layer.error().message;
    const std::vector<float> same = layer->apply(whole[2][0].latents);
    ASSERT_EQ(same.size(), rollouts[2][0].latents.size());
    for (std::size_t i = 0; i < same.size(); ++i) ASSERT_NEAR(same[i], rollouts[2][0].latents[i], 1e-5F);
    const RowMoments before = moments_of(whole, &Rollout::latents, 3);
    const RowMoments after = moments_of(rollouts, &Rollout::latents, components);
    EXPECT_LT(after.mean.abs().max().item<double>(), 1e-5);
    const double share = after.covariance.trace().item<double>() / before.covariance.trace().item<double>();
    if (components == 1) {
      EXPECT_GT(share, 0.98);
      EXPECT_LT(share, 0.9999);
    } else {
      EXPECT_NEAR(share, 1, 1e-5);
      EXPECT_NEAR(after.covariance[0][1].item<double>(), 0, 1e-5);
      EXPECT_GT(after.covariance[0][0].item<double>(), after.covariance[1][1].item<double>());
    }
  }
}

TEST(PretrainedEncoder, GivesWhatTheTransitionForesees) {
  constexpr std::int64_t kComponents = 8;
  const std::vector<MeasuredTask> tasks = testing::measured_tasks(12);
  TensorFile file = new_world_model_file();
  add_pretrained_encoder(*read_roberta_directory(testing::roberta_directory()), file);
  const auto whole = TextEncoder::from(file);
  ASSERT_TRUE(whole.ok()) << whole.error().message;
  std::vector<std::vector<Rollout>> rollouts = encode_rollouts(tasks, *whole, 12, 2, [] { return false; });
  reduce_latents(rollouts, 32, kComponents, file);
  standardise_latents(rollouts, file);
  TransitionStep last;
  train_transition(
      rollouts, {.hidden = 32, .steps = 150, .tasks = 2, .programs = 8, .learning_rate = 1e-2},
      [&](const TransitionStep& step) {
        last = step;
        return true;
      },
      file);
  EXPECT_LT(last.error, 0.4) << "of a variance of 1";

  const auto encoder = TextEncoder::from(file);
  const auto transition = Transition::from(file);
  ASSERT_TRUE(encoder.ok() && transition.ok());
  EXPECT_EQ(encoder->latent_width(), 8U);
  EXPECT_EQ(transition->text_width(), 8U);
  const std::vector<float> initial = encoder->encode(program_text(tasks[0].initial));
  for (std::size_t i = 0; i < initial.size(); ++i) EXPECT_NEAR(initial[i], rollouts[0][3].latents[i], 1e-3F);
}

}  // namespace
}  // namespace tilecast
