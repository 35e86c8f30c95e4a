#include "search/evolutionary_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "digit_space.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

EvolutionOptions small_options() {
  EvolutionOptions options;
  options.first_samples = 64;
  options.population = 48;
  options.refine_neighbours = 32;
  return options;
}

class EvolutionarySearchTest : public ::testing::Test {
 protected:
  EvolutionarySearch search(const EvolutionOptions& options = small_options(), std::uint64_t seed = 3) const {
    return {task_, space_, judge_, Random(seed), options};
  }

  std::map<std::string, int> origins(const std::vector<Proposal>& proposals) const {
    std::map<std::string, int> counts;
    for (const Proposal& proposal : proposals) ++counts[proposal.origin];
    return counts;
  }

  TaskContext task_;
  DigitSpace space_{2, 5, 9};
  DigitJudge judge_;
};

TEST_F(EvolutionarySearchTest, BeginsWithTheDefaultAndEverySketch) {
  EvolutionarySearch policy = search();
  const std::vector<Proposal> round = policy.propose(8, 0);
  ASSERT_EQ(round.size(), 8U);
  EXPECT_EQ(round[0].origin, "default");
  EXPECT_EQ(round[0].candidate.trajectory, space_.default_candidate().trajectory);
  std::set<int> sketches;
  for (std::size_t i = 1; i < round.size(); ++i) {
    EXPECT_EQ(round[i].origin, "sample");
    sketches.insert(round[i].candidate.sketch);
  }
  EXPECT_EQ(sketches.size(), 2U);
}

// 64 samples of 118098 hold nothing near the largest sum, 40; a judge that has learnt is worth climbing before anything
// was measured.
TEST_F(EvolutionarySearchTest, BeginsWithWhatAPretrainedJudgeFinds) {
  const auto largest_sum = [](const std::vector<Proposal>& round) {
    int largest = 0;
    for (const Proposal& proposal : round) {
      largest = std::max(largest, DigitSpace::sum(proposal.candidate.trajectory));
    }
    return largest;
  };
  const DigitJudge pretrained(true);
  EvolutionarySearch climbing(task_, space_, pretrained, Random(3), small_options());
  const std::vector<Proposal> round = climbing.propose(5, 0);
  ASSERT_EQ(round.size(), 5U);
  EXPECT_EQ(round[0].origin, "default");
  EXPECT_GE(largest_sum(round), 38);
  EXPECT_LT(largest_sum(search().propose(5, 0)), 38);
}

TEST_F(EvolutionarySearchTest, NeverProposesACandidateTwice) {
  EvolutionarySearch policy = search();
  SeenSet seen;
  for (int r = 0; r < 20; ++r) {
    const std::vector<Proposal> round = policy.propose(10, r / 20.0);
    EXPECT_EQ(round.size(), 10U);
    for (const Proposal& proposal : round) EXPECT_TRUE(seen.insert(proposal.candidate.trajectory)) << "round " << r;
    policy.observe(measured(round));
  }
}

// Of 118098 candidates, two are the best.
TEST_F(EvolutionarySearchTest, FindsTheBestThatItsJudgeKnows) {
  EvolutionarySearch policy = search();
  int best = 0;
  for (int r = 0; r < 12 && best < 40; ++r) {
    const std::vector<Proposal> round = policy.propose(10, 0);
    for (const Proposal& proposal : round) best = std::max(best, DigitSpace::sum(proposal.candidate.trajectory));
    policy.observe(measured(round));
  }
  EXPECT_EQ(best, 40);
}

TEST_F(EvolutionarySearchTest, ThreadsDoNotChangeProposals) {
  EvolutionOptions one = small_options();
  one.threads = 1;
  EvolutionOptions three = small_options();
  three.threads = 3;
  EvolutionarySearch a = search(one);
  EvolutionarySearch b = search(three);
  for (int r = 0; r < 4; ++r) {
    const std::vector<Proposal> of_a = a.propose(10, 0.7);
    const std::vector<Proposal> of_b = b.propose(10, 0.7);
    ASSERT_EQ(of_a.size(), of_b.size());
    for (std::size_t i = 0; i < of_a.size(); ++i) {
      EXPECT_EQ(of_a[i].candidate.trajectory, of_b[i].candidate.trajectory);
      EXPECT_EQ(of_a[i].origin, of_b[i].origin);
    }
    a.observe(measured(of_a));
    b.observe(measured(of_b));
  }
}

TEST_F(EvolutionarySearchTest, RefinesLateOnly) {
  EvolutionOptions options = small_options();
  options.random_share = 0;
  EvolutionarySearch policy = search(options);
  policy.observe(measured(policy.propose(10, 0)));
  const std::vector<Proposal> early = policy.propose(10, 0.5);
  EXPECT_EQ(origins(early)["refine"], 0);
  policy.observe(measured(early));
  EXPECT_EQ(origins(policy.propose(10, 0.6))["refine"], 6);
}

// A neighbour differs in one decision from one of the best that were measured.
TEST_F(EvolutionarySearchTest, RefinementChangesOneDecision) {
  EvolutionOptions options = small_options();
  options.random_share = 0;
  options.refine_share = 1;
  options.refine_parents = 1;
  EvolutionarySearch policy = search(options);
  const Candidate best = *space_.expand(1, {4, 4, 4, 4, 4});
  policy.observe(measured({{best, "sample"}, {*space_.expand(1, {1, 0, 1, 0, 1}), "sample"}}));
  const std::vector<Proposal> round = policy.propose(6, 1);
  ASSERT_EQ(round.size(), 6U);
  for (const Proposal& proposal : round) {
    EXPECT_EQ(proposal.origin, "refine");
    EXPECT_EQ(decision_distance(proposal.candidate, best), 1U);
  }
}

TEST_F(EvolutionarySearchTest, TakesItsShareOfUnjudgedSamples) {
  EvolutionOptions options = small_options();
  options.random_share = 0.25;
  EvolutionarySearch policy = search(options);
  policy.observe(measured(policy.propose(4, 0)));
  int random = 0;
  for (int r = 0; r < 10; ++r) {
    const std::vector<Proposal> round = policy.propose(2, 0);
    random += origins(round)["random"];
    policy.observe(measured(round));
  }
  EXPECT_EQ(random, 5);
}

TEST_F(EvolutionarySearchTest, GoesOnFromAnEarlierRun) {
  EvolutionarySearch policy = search();
  const Candidate standard = space_.default_candidate();
  policy.observe(measured({{standard, "default"}}));
  const std::vector<Proposal> round = policy.propose(10, 0);
  EXPECT_EQ(round.size(), 10U);
  EXPECT_EQ(origins(round)["default"], 0) << "it was measured already";
  for (const Proposal& proposal : round) EXPECT_NE(proposal.candidate.trajectory, standard.trajectory);
}

// Failures, and records of another version of the space, are no parents; and are not measured again.
TEST_F(EvolutionarySearchTest, RecordsThatTeachNothingAreOnlyRemembered) {
  MeasureRecord failed = measured(Proposal{*space_.expand(0, {8, 8, 8, 8, 8}), "sample"});
  failed.error = MeasureErrorKind::kRunCrash;
  failed.latencies.clear();
  MeasureRecord other = measured(Proposal{*space_.expand(1, {8, 8, 8, 8, 8}), "sample"});
  other.decisions = {1, 2, 3, 4, 5};
  EvolutionarySearch policy = search();
  policy.observe(std::vector<MeasureRecord>{failed, other});
  std::vector<Proposal> round = policy.propose(8, 0);
  ASSERT_FALSE(round.empty());
  EXPECT_EQ(round[0].origin, "default") << "nothing has been measured yet";
  for (int r = 0; r < 12; ++r) {
    for (const Proposal& proposal : round) EXPECT_NE(DigitSpace::sum(proposal.candidate.trajectory), 40);
    policy.observe(measured(round));
    round = policy.propose(8, 0);
  }
}

// Sees nothing in candidates but whether the last digit is even, and is unsure of those alone.
class EvenJudge final : public Evaluator {
 public:
  std::string name() const override { return "even"; }
  std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const override {
    return optimistic_scores(task, trajectories, 0);
  }
  std::vector<double> optimistic_scores(const TaskContext&, std::span<const Trajectory> trajectories,
                                        double optimism) const override {
    std::vector<double> scores;
    for (const Trajectory& trajectory : trajectories) scores.push_back(is_even(trajectory) ? 2 * optimism - 1 : 0);
    return scores;
  }
  void update(const TaskContext&, std::span<const MeasureRecord>) override {}
  Status pretrain(std::span<const TaskRecords>) override { return Unit{}; }
  std::unique_ptr<Evaluator> fresh() const override { return std::make_unique<EvenJudge>(); }

  static bool is_even(const Trajectory& trajectory) {
    return std::get<UnrollLimit>(trajectory.back()).max_steps % 2 == 0;
  }
};

TEST_F(EvolutionarySearchTest, TriesWhatItsJudgeIsUnsureOfEarlyAndNotLate) {
  const EvenJudge judge;
  EvolutionOptions options = small_options();
  options.random_share = 0;
  options.refine_share = 0;
  EvolutionarySearch policy(task_, space_, judge, Random(3), options);
  policy.observe(measured(policy.propose(10, 0)));
  const auto count_even = [](const std::vector<Proposal>& round) {
    return std::count_if(round.begin(), round.end(),
                         [](const Proposal& p) { return EvenJudge::is_even(p.candidate.trajectory); });
  };
  EXPECT_EQ(count_even(policy.propose(10, 0)), 10);
  EXPECT_EQ(count_even(policy.propose(10, 1)), 0);
}

TEST_F(EvolutionarySearchTest, EndsWhenTheSpaceIsExhausted) {
  const DigitSpace tiny(1, 1, 4);
  EvolutionarySearch policy(task_, tiny, judge_, Random(3), small_options());
  std::size_t total = 0;
  for (int r = 0; r < 4; ++r) {
    const std::vector<Proposal> round = policy.propose(3, 0.9);
    total += round.size();
    policy.observe(measured(round));
  }
  EXPECT_EQ(total, 4U);
  EXPECT_TRUE(policy.propose(3, 0.9).empty());
  EXPECT_TRUE(policy.propose(0, 0.9).empty());
}

}  // namespace
}  // namespace tilecast
