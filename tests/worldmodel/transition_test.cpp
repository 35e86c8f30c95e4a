#include "worldmodel/transition.h"

#include <gtest/gtest.h>

#include <cmath>

#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

// Two latent components; the hidden layer passes the first feature through, scaled by 100 so that GELU is a line.
TensorFile example(TransitionKind kind) {
  const auto features = static_cast<std::int64_t>(kActionFeatureCount);
  TensorFile file{.metadata = {{"transition", std::string(transition_name(kind))}}};
  Tensor hidden{{features, 1}, std::vector<float>(kActionFeatureCount, 0)};
  hidden.values[0] = 100;
  file.tensors = {{"transition.hidden.weight", hidden},
                  {"transition.hidden.bias", {{1}, {0}}},
                  {"transition.vectors.weight", {{1, 4}, {0.03F, 0.04F, 0.01F, -0.02F}}},
                  {"transition.vectors.bias", {{4}, {0, 0, 0, 0}}},
                  {"transition.gate", {{2, 2}, {1, 0, 0, 2}}},
                  {"transition.candidate", {{2, 2}, {0, 0.5F, 0, 0}}}};
  return file;
}

std::vector<float> after_one_step(TransitionKind kind, std::vector<float> latent) {
  const auto transition = Transition::from(example(kind));
  EXPECT_TRUE(transition.ok()) << transition.error().message;
  std::vector<float> features(kActionFeatureCount, 0);
  features[0] = 1;  // a = (3, 4), d = (1, -2)
  transition->advance(latent, transition->vectors(features));
  return latent;
}

TEST(Transition, TransHProjectsOnThePlaneAndTranslates) {
  // w = (0.6, 0.8); z = (5, 10): w.z = 11, z - 11 w = (-1.6, 1.2).
  const std::vector<float> z = after_one_step(TransitionKind::kTransH, {5, 10});
  EXPECT_NEAR(z[0], -1.6 + 1, 1e-4);
  EXPECT_NEAR(z[1], 1.2 - 2, 1e-4);
}

TEST(Transition, TranslationAdds) {
  const std::vector<float> z = after_one_step(TransitionKind::kTranslation, {5, 10});
  EXPECT_NEAR(z[0], 6, 1e-4);
  EXPECT_NEAR(z[1], 8, 1e-4);
}

TEST(Transition, GatesDependOnTheLatent) {
  // a + U z = (3 - 3, 4 - 2 * 2) = 0: the gate is half open.
  const std::vector<float> z = after_one_step(TransitionKind::kGated, {-3, -2});
  EXPECT_NEAR(z[0], -3 + 0.5, 1e-4);
  EXPECT_NEAR(z[1], -2 - 1, 1e-4);
}

TEST(Transition, RollsStepAfterStep) {
  const auto transition = Transition::from(example(TransitionKind::kTransH));
  ASSERT_TRUE(transition.ok());
  std::vector<float> features(2 * kActionFeatureCount, 0);
  features[0] = 1;
  features[kActionFeatureCount] = 2;
  const std::vector<float> states = transition->roll(std::vector<float>{5, 10}, features);
  ASSERT_EQ(states.size(), 6U);
  std::vector<float> latent = {5, 10};
  for (std::size_t step = 0; step < 3; ++step) {
    EXPECT_NEAR(states[2 * step], latent[0], 1e-5) << step;
    EXPECT_NEAR(states[2 * step + 1], latent[1], 1e-5) << step;
    if (step == 2) break;
    transition->advance(
        latent, transition->vectors(std::span(features).subspan(step * kActionFeatureCount, kActionFeatureCount)));
  }
  EXPECT_EQ(transition->roll(std::vector<float>{5, 10}, {}), (std::vector<float>{5, 10}));
}

TEST(Transition, RecurrentCellsMoveTowardsACandidate) {
  // The gate is half open, as above. d + tanh(V z) - z = (1 + 0 + 3, -2 + tanh(-1.5) + 2).
  const std::vector<float> z = after_one_step(TransitionKind::kRecurrent, {-3, -2});
  EXPECT_NEAR(z[0], -3 + 0.5 * 4, 1e-4);
  EXPECT_NEAR(z[1], -2 + 0.5 * std::tanh(-1.5), 1e-4);
}

TEST(Transition, BeginsWithAFreePartThatFollowsFromTheText) {
  TensorFile file = example(TransitionKind::kTranslation);
  EXPECT_EQ(Transition::from(file)->text_width(), 2U);
  file.tensors["transition.free.weight"] = {{1, 1}, {3}};
  file.tensors["transition.free.bias"] = {{1}, {0.5F}};
  const auto transition = Transition::from(file);
  ASSERT_TRUE(transition.ok()) << transition.error().message;
  EXPECT_EQ(transition->text_width(), 1U);
  EXPECT_EQ(transition->begin(std::vector<float>{2}), (std::vector<float>{2, 6.5F}));
  file.tensors["transition.free.bias"] = {{2}, {0, 0}};
  file.tensors["transition.free.weight"] = {{1, 2}, {3, 3}};
  EXPECT_EQ(Transition::from(file).error().message,
            "transition.free and transition.vectors are of latents of different widths");
}

TEST(Transition, FilesThatDoNotFitAreRefused) {
  TensorFile file = example(TransitionKind::kGated);
  file.tensors.erase("transition.gate");
  EXPECT_EQ(Transition::from(file).error().message, "there is no tensor transition.gate");
  file = example(TransitionKind::kTransH);
  file.metadata["transition"] = "magic";
  EXPECT_EQ(Transition::from(file).error().message, "its metadata names no kind of transition that is known");
  file = example(TransitionKind::kTransH);
  file.tensors["transition.hidden.weight"].shape = {3, 1};
  EXPECT_NE(Transition::from(file).error().message.find("transition.hidden.weight has the shape [3, 1]"),
            std::string::npos);
}

TEST(TransitionNames, GoBothWays) {
  for (const auto kind :
       {TransitionKind::kTransH, TransitionKind::kTranslation, TransitionKind::kGated, TransitionKind::kRecurrent}) {
    EXPECT_EQ(transition_from_name(transition_name(kind)), kind);
  }
  EXPECT_EQ(transition_from_name("none"), std::nullopt);
}

}  // namespace
}  // namespace tilecast
