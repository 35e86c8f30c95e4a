#include "space/decision.h"

#include <gtest/gtest.h>

#include <map>

namespace tilecast {
namespace {

const std::vector<Option> kThree = {{4, 1}, {8, 3}, {16, 3}};
const std::vector<Option> kOne = {{7, 1}};
const DecisionKey kTile{"s", "tile", 0};
const DecisionKey kOrder{"s", "order", 0};

TEST(Decisions, KeysTellStageLabelAndNumberApart) {
  const std::vector<DecisionKey> keys = {kTile, kOrder, {"t", "tile", 0}, {"s", "tile", 1}, {"s", "tile", -1}};
  std::map<std::uint64_t, std::size_t> hashes;
  for (std::size_t i = 0; i < keys.size(); ++i) hashes[keys[i].hash()] = i;
  EXPECT_EQ(hashes.size(), keys.size());
  EXPECT_EQ(kTile.hash(), (DecisionKey{"s", "tile", 0}.hash()));
}

TEST(Decisions, OfOneOptionAreNotRecorded) {
  LikeliestDecisions decisions;
  EXPECT_EQ(decisions.choose(kTile, kOne), 7);
  EXPECT_TRUE(decisions.answers().empty());
  EXPECT_EQ(decisions.choose(kOrder, kThree), 8) << "the first of the likeliest";
  EXPECT_EQ(decisions.values(), std::vector<std::int32_t>{8});
  ASSERT_EQ(decisions.answers().size(), 1U);
  EXPECT_EQ(decisions.answers()[0].key, kOrder.hash());
  EXPECT_EQ(decisions.answers()[0].options.size(), 3U);
}

TEST(Decisions, AreSampledByWeight) {
  Random random(1);
  std::map<std::int32_t, int> counts;
  for (int i = 0; i < 7000; ++i) ++counts[sample_option(kThree, random)];
  EXPECT_NEAR(counts[4], 1000, 150);
  EXPECT_NEAR(counts[8], 3000, 200);
  EXPECT_NEAR(counts[16], 3000, 200);
  EXPECT_EQ(counts.size(), 3U);
}

TEST(Decisions, SampledOnesReplay) {
  Random random(2);
  SampledDecisions sampled(random);
  for (int i = 0; i < 10; ++i) sampled.choose({"s", "tile", i}, kThree);
  const std::vector<std::int32_t> values = sampled.values();
  RecordedDecisions recorded(values);
  for (int i = 0; i < 10; ++i) recorded.choose({"s", "tile", i}, kThree);
  EXPECT_EQ(recorded.values(), values);
  EXPECT_TRUE(recorded.fits());
}

TEST(Decisions, RecordsThatDoNotFitAreNoticed) {
  const std::vector<std::int32_t> two = {4, 16};
  RecordedDecisions left_over(two);
  left_over.choose(kTile, kThree);
  EXPECT_FALSE(left_over.fits());
  left_over.choose(kOrder, kThree);
  EXPECT_TRUE(left_over.fits());
  EXPECT_EQ(left_over.choose(kTile, kThree), 4) << "something that is offered";
  EXPECT_FALSE(left_over.fits()) << "a value was missing";

  const std::vector<std::int32_t> unknown = {5};
  RecordedDecisions not_offered(unknown);
  EXPECT_EQ(not_offered.choose(kTile, kThree), 4);
  EXPECT_FALSE(not_offered.fits());
}

TEST(Decisions, KeyedOnesKeepWhatIsOfferedAndDrawTheRest) {
  Random random(3);
  KeyedDecisions decisions({{kTile.hash(), 16}, {kOrder.hash(), 99}}, random);
  EXPECT_EQ(decisions.choose(kTile, kThree), 16);
  const std::int32_t drawn = decisions.choose(kOrder, kThree);
  EXPECT_TRUE(drawn == 4 || drawn == 8 || drawn == 16);
  EXPECT_EQ(decisions.values(), (std::vector<std::int32_t>{16, drawn}));
}

}  // namespace
}  // namespace tilecast
