#include "search/random_search.h"

#include <gtest/gtest.h>

#include <set>

#include "digit_space.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

TEST(RandomSearch, ProposesEveryCandidateOnce) {
  const DigitSpace space(1, 2, 3);
  RandomSearch search(space, Random(1));
  std::set<std::vector<std::int32_t>> seen;
  for (const std::size_t expected : {4U, 4U, 1U, 0U}) {
    const std::vector<Proposal> proposals = search.propose(4, 0);
    EXPECT_EQ(proposals.size(), expected);
    for (const Proposal& proposal : proposals) {
      EXPECT_EQ(proposal.origin, "random");
      EXPECT_TRUE(seen.insert(proposal.candidate.decisions).second);
    }
  }
  EXPECT_EQ(seen.size(), 9U);
}

TEST(RandomSearch, LeavesOutWhatWasObserved) {
  const DigitSpace space(1, 1, 3);
  RandomSearch search(space, Random(1));
  search.observe(measured({{space.default_candidate(), "default"}}));
  const std::vector<Proposal> proposals = search.propose(3, 0);
  ASSERT_EQ(proposals.size(), 2U);
  for (const Proposal& proposal : proposals) EXPECT_NE(proposal.candidate.decisions, std::vector<std::int32_t>{0});
}

TEST(RandomSearch, OneSeedRepeats) {
  const DigitSpace space(2, 5, 9);
  RandomSearch a(space, Random(7));
  RandomSearch b(space, Random(7));
  RandomSearch other(space, Random(8));
  bool different = false;
  const auto of_a = a.propose(20, 0);
  const auto of_b = b.propose(20, 0);
  const auto of_other = other.propose(20, 0);
  ASSERT_EQ(of_a.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(of_a[i].candidate.trajectory, of_b[i].candidate.trajectory);
    different |= of_a[i].candidate.trajectory != of_other[i].candidate.trajectory;
  }
  EXPECT_TRUE(different);
}

TEST(SampleUnseen, IsEmptyWhenAllIsKnown) {
  const DigitSpace space(1, 1, 2);
  Random random(1);
  SeenSet seen;
  EXPECT_TRUE(sample_unseen(space, random, seen).has_value());
  EXPECT_TRUE(sample_unseen(space, random, seen).has_value());
  EXPECT_FALSE(sample_unseen(space, random, seen).has_value());
}

TEST(SeenSet, HoldsHashesOfTrajectories) {
  SeenSet seen;
  const Trajectory trajectory = {Inline{"s"}};
  EXPECT_FALSE(seen.contains(trajectory_hash(trajectory)));
  EXPECT_TRUE(seen.insert(trajectory));
  EXPECT_FALSE(seen.insert(trajectory));
  EXPECT_TRUE(seen.contains(trajectory_hash(trajectory)));
}

}  // namespace
}  // namespace tilecast
