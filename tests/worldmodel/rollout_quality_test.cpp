#include "worldmodel/rollout_quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tilecast {
namespace {

TEST(StepRanges, CoverAllNumbersOfStepsOnce) {
  EXPECT_EQ(kStepRanges.front().first, 1U);
  for (std::size_t i = 1; i < kStepRanges.size(); ++i) EXPECT_EQ(kStepRanges[i].first, kStepRanges[i - 1].last + 1);
  EXPECT_EQ(to_text(kStepRanges[3]), "4");
  EXPECT_EQ(to_text(kStepRanges[4]), "5-6");
  EXPECT_EQ(to_text(kStepRanges.back()), "25+");
}

TEST(RolloutQuality, ComparesEachStepWithTheTrueLatentAndWithNoChange) {
  const std::vector<float> encoded = {1, 0, 0, 2, -1, 0};
  const std::vector<float> foreseen = {1, 0, 0, 1, 0, 1};
  RolloutQuality quality;
  quality.add(foreseen, encoded, 2);
  const LatentQuality& first = quality.by_steps()[0];
  EXPECT_EQ(first.states(), 1U);
  EXPECT_DOUBLE_EQ(first.cosine(), 1);
  EXPECT_DOUBLE_EQ(first.error(), 0.5);
  EXPECT_DOUBLE_EQ(first.unchanged_cosine(), 0);
  EXPECT_DOUBLE_EQ(first.unchanged_error(), 2.5);
  const LatentQuality& second = quality.by_steps()[1];
  EXPECT_EQ(second.states(), 1U);
  EXPECT_DOUBLE_EQ(second.cosine(), 0);
  EXPECT_DOUBLE_EQ(second.error(), 1);
  EXPECT_DOUBLE_EQ(second.unchanged_cosine(), -1);
  EXPECT_DOUBLE_EQ(second.unchanged_error(), 2);
  EXPECT_EQ(quality.by_steps()[2].states(), 0U);
  EXPECT_EQ(quality.by_steps()[2].cosine(), 0) << "there is none";
  EXPECT_EQ(quality.all().states(), 2U);
  EXPECT_DOUBLE_EQ(quality.all().cosine(), 0.5);
  EXPECT_DOUBLE_EQ(quality.all().error(), 0.75);
}

TEST(RolloutQuality, CountsStatesByTheirSteps) {
  constexpr std::size_t kActions = 30;
  const std::vector<float> latents(kActions + 1, 1);
  RolloutQuality quality;
  quality.add(latents, latents, 1);
  quality.add(std::span(latents).first(1), std::span(latents).first(1), 1);
  std::vector<std::size_t> states;
  for (const LatentQuality& row : quality.by_steps()) states.push_back(row.states());
  EXPECT_EQ(states, (std::vector<std::size_t>{1, 1, 1, 1, 2, 2, 4, 4, 8, 6}));
}

TEST(RolloutQuality, LatentsWithoutDirectionAreLikeNothing) {
  LatentQuality quality;
  quality.add(std::vector<float>{0, 0}, std::vector<float>{3, 4}, std::vector<float>{6, 8});
  EXPECT_EQ(quality.cosine(), 0);
  EXPECT_DOUBLE_EQ(quality.unchanged_cosine(), 1);
}

TEST(AgreementByLength, IsTheMeanOverTasksOfTheirLength) {
  const std::vector<double> up = {1, 2, 3, 4, 5};
  const std::vector<double> scaled = {10, 20, 30, 40, 90};
  const std::vector<double> down = {5, 4, 3, 2, 1};
  AgreementByLength agreement;
  agreement.add(up, scaled, 9.6);
  agreement.add(up, down, 12.4);
  agreement.add(up, down, 12.6);
  agreement.add(std::vector<double>{1, 2, 3, 4}, std::vector<double>{4, 3, 2, 1}, 10);
  const auto& rows = agreement.by_length();
  EXPECT_EQ(rows[6].tasks(), 2U) << "9 to 12 actions; of four programs none";
  EXPECT_DOUBLE_EQ(rows[6].mean_correlation(), 0);
  EXPECT_EQ(rows[7].tasks(), 1U);
  EXPECT_DOUBLE_EQ(rows[7].mean_correlation(), -1);
  EXPECT_EQ(agreement.all().tasks(), 3U);
  EXPECT_DOUBLE_EQ(agreement.all().mean_correlation(), -1.0 / 3);
}

}  // namespace
}  // namespace tilecast
