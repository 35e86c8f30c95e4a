// EvolutionarySearch: small rounds of measurement; between them, generations of mutation and crossover judged by an
// Evaluator. Early rounds explore, the last part of the budget also tries single changes of the best measured
// candidates.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/random.h"
#include "evaluator/evaluator.h"
#include "search/search_policy.h"
#include "search/seen_set.h"
#include "search/selection.h"

namespace tilecast {

struct EvolutionOptions {
  std::size_t first_samples = 1024;  // judged for the first round, before anything is measured
  std::size_t population = 384;      // judged in each generation
  int generations = 4;
  std::size_t parents = 32;             // measured candidates in the start population
  double fresh_share = 0.25;            // of the start population: new samples
  double crossover_share = 0.25;        // of the children; the others are mutations
  double pressure = 0.15;               // of the selection of parents, see RankSelector
  double optimism = 1;                  // standard deviations in favour of what is unknown; falls to 0 with the budget
  double random_share = 0.06;           // of the measured candidates: unjudged samples
  double refine_from = 0.6;             // progress from which the best are refined …
  double refine_share = 0.6;            // … with this share of a round
  std::size_t refine_parents = 4;       // best measured candidates whose neighbours are judged
  std::size_t refine_neighbours = 192;  // at most, of each
  int threads = 2;                      // that make candidates; what is proposed does not depend on it
};

class EvolutionarySearch final : public SearchPolicy {
 public:
  // `task`, `space` and `evaluator` must outlive the policy. The space's const methods are called from several threads.
  EvolutionarySearch(const TaskContext& task, const Space& space, const Evaluator& evaluator, Random random,
                     EvolutionOptions options = {});

  std::string name() const override { return "evolutionary"; }
  std::vector<Proposal> propose(std::size_t count, double progress) override;
  void observe(std::span<const MeasureRecord> records) override;

 private:
  struct Measured {
    Candidate candidate;
    double seconds = 0;
  };
  // Judged candidates, each once. `hashes` are of the trajectories.
  struct Pool {
    std::vector<Proposal> proposals;
    std::vector<double> scores;
    std::vector<std::uint64_t> hashes;
    std::unordered_map<std::uint64_t, std::size_t> index;
  };

  // The default, then the best that the judge can find before anything is measured. One that is not pretrained only
  // ranks samples: climbing its scores would find its mistakes, which may be of whole sketches.
  void propose_first(std::size_t count, std::vector<Proposal>& round);
  // The best of each sketch, until the round has `most`.
  void take_sketches(const Pool& pool, std::size_t most, std::vector<Proposal>& round);
  void propose_random(std::size_t count, std::vector<Proposal>& round);
  void propose_evolved(std::size_t count, std::vector<Proposal>& round);
  void propose_refined(std::size_t count, std::vector<Proposal>& round);

  // Makes candidates on all threads: make(i, random) for i in [0, count), each with random numbers of its own.
  template <class Make>
  std::vector<Proposal> make_in_parallel(std::size_t count, const Make& make);
  std::vector<Proposal> make_samples(std::size_t count);
  std::vector<Proposal> start_population();
  // Generations of children, from pool members on; all of them stay in the pool.
  void evolve(std::vector<std::size_t> population, Pool& pool);
  std::vector<Proposal> make_children(const Pool& pool, std::span<const std::size_t> population);
  void add_neighbours(const Candidate& parent, std::vector<Proposal>& neighbours);
  // Judges those that are new to the pool; returns the pool's indices of all given, without repetition.
  std::vector<std::size_t> judge(std::vector<Proposal> proposals, Pool& pool) const;
  // Moves the best unseen ones of the pool into the round, far enough from each other and from what is in it.
  void take_best(Pool& pool, std::size_t count, const DiversityOptions& diversity, std::vector<Proposal>& round);
  void take(Proposal proposal, std::vector<Proposal>& round);

  const TaskContext& task_;
  const Space& space_;
  const Evaluator& evaluator_;
  Random random_;
  EvolutionOptions options_;
  double optimism_ = 0;  // of this round
  CarriedShare random_rounds_;
  SeenSet seen_;
  std::vector<Measured> measured_;  // fastest first
};

}  // namespace tilecast
