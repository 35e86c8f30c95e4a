// Training writes what inference reads, and learns.
#include <gtest/gtest.h>

#include <iostream>

#include "base/statistics.h"
#include "measured_tasks.h"
#include "worldmodel/action_features.h"
#include "worldmodel/training/contrastive_training.h"
#include "worldmodel/training/transition_training.h"
#include "worldmodel/world_model.h"

namespace tilecast {
namespace {

constexpr EncoderSize kSmall{.width = 16, .line_layers = 1, .latent = 8};

std::vector<float> row(const torch::Tensor& x, std::int64_t i) {
  const torch::Tensor values = x[i].detach().contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(EncoderModule, IsWhatInferenceComputes) {
  torch::manual_seed(3);
  const EncoderModule module(kSmall);
  TensorFile file;
  module.parameters().write_to(file);
  const auto encoder = Encoder::from(file);
  ASSERT_TRUE(encoder.ok()) << encoder.error().message;
  Random random(5);
  const std::vector<MeasuredTask> tasks = testing::measured_tasks(4);
  std::vector<ProgramLines> programs;
  for (const std::string& text : sample_texts(tasks, 2, 8, random)) programs.push_back(program_lines(text));
  ASSERT_EQ(programs.size(), 16U);
  const torch::Tensor latents = module.forward(programs, 0);
  LineVectors known;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    expect_near(encoder->encode(programs[i]), row(latents, static_cast<std::int64_t>(i)), 1e-4F);
    expect_near(encoder->encode(programs[i], &known), encoder->encode(programs[i]), 1e-6F);
  }
  EXPECT_FALSE(known.empty());
}

TEST(EncoderModule, TakesItsWeightsFromAFile) {
  const EncoderModule one(kSmall);
  TensorFile file;
  one.parameters().write_to(file);
  EncoderModule other(kSmall);
  ASSERT_TRUE(other.parameters().read_from(file).ok());
  const std::vector<ProgramLines> program = {program_lines("for i1 in 8:\n s0[i1] = 1")};
  expect_near(row(one.forward(program, 0), 0), row(other.forward(program, 0), 0), 0);
  file.tensors.erase("encoder.words");
  EXPECT_EQ(other.parameters().read_from(file).error().message, "there is no tensor encoder.words");
}

TEST(ContrastiveTraining, LearnsToTellProgramsApart) {
  const std::vector<MeasuredTask> tasks = testing::measured_tasks(6);
  torch::manual_seed(1);
  EncoderModule encoder(kSmall);
  ContrastiveTraining training(encoder, {.steps = 40, .tasks = 2, .states = 6, .learning_rate = 5e-3, .seed = 2});
  const double first = training.step(tasks).loss;
  ContrastiveStep last;
  while (training.done() < 40) last = training.step(tasks);
  EXPECT_EQ(last.step, 40);
  EXPECT_LT(last.loss, 0.7 * first);
}

// Cut off after some steps and gone on with by another process, a training gives the same weights.
TEST(ContrastiveTraining, GoesOnFromItsState) {
  const std::vector<MeasuredTask> tasks = testing::measured_tasks(6);
  const ContrastiveOptions options{.steps = 8, .tasks = 2, .states = 4, .learning_rate = 5e-3, .seed = 2};
  torch::manual_seed(1);
  EncoderModule whole(kSmall);
  TensorFile state;
  ContrastiveTraining training(whole, options);
  while (training.done() < options.steps) {
    if (training.done() == 3) training.write_to(state);
    training.step(tasks);
  }
  torch::manual_seed(7);
  EncoderModule other(kSmall);
  ContrastiveTraining resumed(other, options);
  const Status read = resumed.read_from(state);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(resumed.done(), 3);
  while (resumed.done() < options.steps) resumed.step(tasks);
  TensorFile expected;
  TensorFile actual;
  training.write_to(expected);
  resumed.write_to(actual);
  ASSERT_EQ(actual.tensors.size(), expected.tensors.size());
  EXPECT_GT(actual.tensors.size(), 2 * whole.parameters().all().size()) << "two moments of each parameter";
  for (const auto& [name, tensor] : expected.tensors) expect_near(actual.tensors.at(name).values, tensor.values, 1e-6F);
}

TEST(ContrastiveTraining, RefusesAStateThatLacksSomething) {
  const std::vector<MeasuredTask> tasks = testing::measured_tasks(2);
  EncoderModule encoder(kSmall);
  ContrastiveTraining training(encoder, {.steps = 4, .tasks = 2, .states = 2});
  training.step(tasks);
  TensorFile state;
  training.write_to(state);
  TensorFile damaged = state;
  damaged.tensors.erase("adam.2.second");
  EXPECT_EQ(training.read_from(damaged).error().message, "there is no tensor adam.2.second");
  damaged = state;
  damaged.metadata.erase("adam.done");
  EXPECT_EQ(training.read_from(damaged).error().message, "its metadata has no adam.done");
}

TEST(ScheduledAdam, DecaysWhatNoGradientHolds) {
  const torch::Tensor parameter = torch::full({2}, 8.0).set_requires_grad(true);
  ScheduledAdam adam({parameter}, 0.5, 100, 0, 0.5);
  adam.step((parameter * 0).sum());
  EXPECT_NEAR(parameter[0].item<float>(), 8 * (1 - 0.5 * 0.5), 1e-5);
}

TEST(EffectiveDimensions, CountsDirectionsThatAreUsed) {
  Rollout flat;
  Rollout round;
  Random random(6);
  for (int i = 0; i < 2000; ++i) {
    const double x = random.normal();
    for (const double value : {x, 2 * x, -x}) flat.latents.push_back(static_cast<float>(value));
    for (int k = 0; k < 3; ++k) round.latents.push_back(static_cast<float>(random.normal()));
  }
  EXPECT_NEAR(effective_dimensions(std::vector<std::vector<Rollout>>{{flat}}, 3), 1, 0.01);
  EXPECT_NEAR(effective_dimensions(std::vector<std::vector<Rollout>>{{round}}, 3), 3, 0.01);
}

class TransitionTraining : public ::testing::TestWithParam<TransitionKind> {};

TEST_P(TransitionTraining, ForeseesWhatTheEncoderSays) {
  const std::vector<MeasuredTask> tasks = testing::measured_tasks(12);
  torch::manual_seed(1);
  TensorFile file = new_world_model_file();
  EncoderModule(kSmall).parameters().write_to(file);
  std::vector<std::vector<Rollout>> rollouts =
      encode_rollouts(tasks, *Encoder::from(file), 12, 2, [] { return false; });
  ASSERT_EQ(rollouts.size(), 2U);
  ASSERT_EQ(rollouts[0].size(), 12U);
  EXPECT_TRUE(encode_rollouts(tasks, *Encoder::from(file), 12, 2, [] { return true; })[1].empty()) << "cancelled";
  standardise_latents(rollouts, file);
  TransitionStep last;
  train_transition(
      rollouts,
      {.kind = GetParam(),
       .hidden = 32,
       .free = 8,
       .steps = 250,
       .tasks = 2,
       .programs = 8,
       .value_weight = 1,
       .learning_rate = 1e-2},
      [&](const TransitionStep& step) {
        last = step;
        return true;
      },
      file);
  EXPECT_EQ(last.step, 250);
  EXPECT_LT(last.error, 0.5) << "of a variance of 1";
  EXPECT_GT(last.cosine, 0.7);

  // Inference: the file's encoder gives the standardised latents, and rolls as training did.
  const auto encoder = Encoder::from(file);
  const auto transition = Transition::from(file);
  ASSERT_TRUE(encoder.ok() && transition.ok());
  const auto head = ValueHead::from(file, transition->latent_width());
  ASSERT_TRUE(head.ok()) << head.error().message;
  const WorldModel model{*encoder, *transition, *head};
  const Rollout& rollout = rollouts[0][3];
  const std::vector<float> initial = model.encoder.encode(program_text(tasks[0].initial));
  const std::size_t width = initial.size();
  expect_near(initial, {rollout.latents.begin(), rollout.latents.begin() + static_cast<std::ptrdiff_t>(width)}, 1e-3F);
  const auto actions = static_cast<std::uint32_t>(rollout.features.size() / kActionFeatureCount);
  const std::vector<float> foreseen = model.foresee(initial, rollout.features, std::vector{actions});
  float squared = 0;
  for (std::size_t i = 0; i < width; ++i) {
    squared += std::pow(foreseen[i] - rollout.latents[rollout.latents.size() - width + i], 2.0F);
  }
  EXPECT_LT(squared / static_cast<float>(width), 1.0F);

  // The head, on latents that are foreseen, tells fast programs from slow ones that it learnt from.
  std::vector<double> scores;
  std::vector<double> times;
  for (const Rollout& one : rollouts[0]) {
    const auto steps = static_cast<std::uint32_t>(one.features.size() / kActionFeatureCount);
    scores.push_back(static_cast<double>(
        model.value.log_times(model.value.features(model.foresee(initial, one.features, std::vector{steps}))).front()));
    times.push_back(one.log_seconds);
  }
  EXPECT_GT(rank_correlation(scores, times), 0.5);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TransitionTraining,
                         ::testing::Values(TransitionKind::kTransH, TransitionKind::kTranslation,
                                           TransitionKind::kGated, TransitionKind::kRecurrent),
                         [](const auto& kind) { return std::string(transition_name(kind.param)); });

}  // namespace
}  // namespace tilecast
