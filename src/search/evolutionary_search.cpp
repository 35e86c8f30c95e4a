#include "search/evolutionary_search.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "base/parallel_ranges.h"
#include "search/random_search.h"

namespace tilecast {
namespace {

constexpr DiversityOptions kFirstRound{.diversity = 1.0, .pool_factor = 8, .min_distance = 2};
constexpr DiversityOptions kLaterRounds{.diversity = 0.3, .pool_factor = 4, .min_distance = 2};
// Neighbours of one parent are near each other by construction.
constexpr DiversityOptions kRefinement{.diversity = 0.1, .pool_factor = 4, .min_distance = 1};

// Candidates made with one stream of random numbers: fixed, so that the result does not depend on the threads.
constexpr std::size_t kStreamLength = 16;

}  // namespace

EvolutionarySearch::EvolutionarySearch(const TaskContext& task, const Space& space, const Evaluator& evaluator,
                                       Random random, EvolutionOptions options)
    : task_(task),
      space_(space),
      evaluator_(evaluator),
      random_(random),
      options_(options),
      random_rounds_(options.random_share) {}

std::vector<Proposal> EvolutionarySearch::propose(std::size_t count, double progress) {
  std::vector<Proposal> round;
  round.reserve(count);
  optimism_ = options_.optimism * (1 - std::clamp(progress, 0.0, 1.0));
  if (measured_.empty()) {
    propose_first(count, round);
  } else {
    propose_random(random_rounds_.take(count), round);
    const std::size_t judged = count - round.size();
    if (progress >= options_.refine_from) {
      propose_refined(static_cast<std::size_t>(std::lround(options_.refine_share * static_cast<double>(judged))),
                      round);
    }
    propose_evolved(count - round.size(), round);
  }
  // A space that evolution has exhausted may still hold samples.
  propose_random(count - round.size(), round);
  return round;
}

void EvolutionarySearch::observe(std::span<const MeasureRecord> records) {
  for (const MeasureRecord& record : records) {
    seen_.insert(record.trajectory);
    if (!record.ok() || record.sketch < 0) continue;
    std::optional<Candidate> candidate = space_.expand(record.sketch, record.decisions);
    // A record of another version of the space: its decisions mean something else by now.
    if (!candidate || candidate->trajectory != record.trajectory) continue;
    measured_.push_back({std::move(*candidate), record.seconds()});
  }
  std::stable_sort(measured_.begin(), measured_.end(),
                   [](const Measured& a, const Measured& b) { return a.seconds < b.seconds; });
}

void EvolutionarySearch::propose_first(std::size_t count, std::vector<Proposal>& round) {
  if (count == 0) return;
  Candidate standard = space_.default_candidate();
  if (!seen_.contains(trajectory_hash(standard.trajectory))) take({std::move(standard), "default"}, round);

  Pool pool;
  std::vector<std::size_t> population = judge(make_samples(options_.first_samples), pool);
  if (evaluator_.is_pretrained()) {
    evolve(std::move(population), pool);
  } else {
    take_sketches(pool, (count + 1) / 2, round);
  }
  take_best(pool, count - round.size(), kFirstRound, round);
}

void EvolutionarySearch::take_sketches(const Pool& pool, std::size_t most, std::vector<Proposal>& round) {
  std::vector<bool> represented(static_cast<std::size_t>(space_.sketch_count()), false);
  for (const std::size_t i : ranking(pool.scores)) {
    if (round.size() >= most) break;
    const auto sketch = static_cast<std::size_t>(pool.proposals[i].candidate.sketch);
    if (represented[sketch] || seen_.contains(pool.hashes[i])) continue;
    represented[sketch] = true;
    take(pool.proposals[i], round);
  }
}

void EvolutionarySearch::propose_random(std::size_t count, std::vector<Proposal>& round) {
  for (std::size_t i = 0; i < count; ++i) {
    std::optional<Candidate> candidate = sample_unseen(space_, random_, seen_);
    if (!candidate) return;
    round.push_back({std::move(*candidate), "random"});
  }
}

void EvolutionarySearch::propose_evolved(std::size_t count, std::vector<Proposal>& round) {
  if (count == 0) return;
  Pool pool;
  evolve(judge(start_population(), pool), pool);
  take_best(pool, count, kLaterRounds, round);
}

void EvolutionarySearch::propose_refined(std::size_t count, std::vector<Proposal>& round) {
  if (count == 0) return;
  Pool pool;
  std::vector<Proposal> neighbours;
  for (std::size_t i = 0; i < std::min(options_.refine_parents, measured_.size()); ++i) {
    add_neighbours(measured_[i].candidate, neighbours);
  }
  judge(std::move(neighbours), pool);
  take_best(pool, count, kRefinement, round);
}

template <class Make>
std::vector<Proposal> EvolutionarySearch::make_in_parallel(std::size_t count, const Make& make) {
  const std::size_t streams = (count + kStreamLength - 1) / kStreamLength;
  std::vector<Random> randoms;
  randoms.reserve(streams);
  for (std::size_t s = 0; s < streams; ++s) randoms.emplace_back(random_.next());
  std::vector<std::optional<Proposal>> made(count);
  parallel_ranges(streams, options_.threads, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t s = begin; s < end; ++s) {
      for (std::size_t i = s * kStreamLength; i < std::min(count, (s + 1) * kStreamLength); ++i) {
        made[i] = make(i, randoms[s]);
      }
    }
  });
  std::vector<Proposal> proposals;
  proposals.reserve(count);
  for (std::optional<Proposal>& proposal : made) {
    if (proposal) proposals.push_back(std::move(*proposal));
  }
  return proposals;
}

std::vector<Proposal> EvolutionarySearch::make_samples(std::size_t count) {
  return make_in_parallel(count, [&](std::size_t, Random& random) {
    return std::optional<Proposal>({space_.sample(random), "sample"});
  });
}

std::vector<Proposal> EvolutionarySearch::start_population() {
  const std::size_t parents = std::min(options_.parents, measured_.size());
  const auto fresh = static_cast<std::size_t>(options_.fresh_share * static_cast<double>(options_.population));
  std::vector<Proposal> population = make_samples(fresh);
  for (std::size_t i = 0; i < parents; ++i) population.push_back({measured_[i].candidate, "mutation"});
  const std::size_t missing = options_.population - std::min(options_.population, population.size());
  std::vector<Proposal> mutants =
      make_in_parallel(missing, [&](std::size_t i, Random& random) -> std::optional<Proposal> {
        std::optional<Candidate> mutant = space_.mutate(measured_[i % parents].candidate, random);
        if (!mutant) return std::nullopt;
        return Proposal{std::move(*mutant), "mutation"};
      });
  std::move(mutants.begin(), mutants.end(), std::back_inserter(population));
  return population;
}

void EvolutionarySearch::evolve(std::vector<std::size_t> population, Pool& pool) {
  for (int generation = 0; generation < options_.generations && !population.empty(); ++generation) {
    population = judge(make_children(pool, population), pool);
  }
}

std::vector<Proposal> EvolutionarySearch::make_children(const Pool& pool, std::span<const std::size_t> population) {
  std::vector<double> scores;
  scores.reserve(population.size());
  for (const std::size_t i : population) scores.push_back(pool.scores[i]);
  const RankSelector selector(scores, options_.pressure);
  if (selector.empty()) return {};
  const auto draw = [&](Random& random) -> const Candidate& {
    return pool.proposals[population[selector.draw(random)]].candidate;
  };
  return make_in_parallel(options_.population, [&](std::size_t, Random& random) -> std::optional<Proposal> {
    const Candidate& parent = draw(random);
    if (random.chance(options_.crossover_share)) {
      if (std::optional<Candidate> child = space_.crossover(parent, draw(random), random)) {
        return Proposal{std::move(*child), "crossover"};
      }
    }
    if (std::optional<Candidate> child = space_.mutate(parent, random)) return Proposal{std::move(*child), "mutation"};
    return std::nullopt;
  });
}

void EvolutionarySearch::add_neighbours(const Candidate& parent, std::vector<Proposal>& neighbours) {
  // One step up or down of each decision; and single changes that the space itself proposes, which go further.
  const std::size_t steps = std::min(2 * parent.decisions.size(), options_.refine_neighbours / 2);
  const auto make = [&](std::size_t i, Random& random) -> std::optional<Proposal> {
    std::optional<Candidate> neighbour;
    if (i < steps) {
      std::vector<std::int32_t> decisions = parent.decisions;
      decisions[i / 2] += i % 2 == 0 ? 1 : -1;
      neighbour = space_.expand(parent.sketch, decisions);
    } else {
      neighbour = space_.mutate(parent, random);
      if (neighbour && decision_distance(*neighbour, parent) != 1) return std::nullopt;
    }
    if (!neighbour) return std::nullopt;
    return Proposal{std::move(*neighbour), "refine"};
  };
  std::vector<Proposal> made = make_in_parallel(options_.refine_neighbours, make);
  std::move(made.begin(), made.end(), std::back_inserter(neighbours));
}

std::vector<std::size_t> EvolutionarySearch::judge(std::vector<Proposal> proposals, Pool& pool) const {
  std::vector<std::size_t> members;
  std::vector<Trajectory> unknown;
  const std::size_t first_new = pool.proposals.size();
  std::unordered_set<std::uint64_t> known;
  for (Proposal& proposal : proposals) {
    const std::uint64_t hash = trajectory_hash(proposal.candidate.trajectory);
    if (!known.insert(hash).second) continue;
    const auto [it, is_new] = pool.index.emplace(hash, pool.proposals.size());
    members.push_back(it->second);
    if (!is_new) continue;
    unknown.push_back(proposal.candidate.trajectory);
    pool.hashes.push_back(hash);
    pool.proposals.push_back(std::move(proposal));
  }
  const std::vector<double> scores = evaluator_.optimistic_scores(task_, unknown, optimism_);
  pool.scores.resize(first_new);
  pool.scores.insert(pool.scores.end(), scores.begin(), scores.end());
  return members;
}

void EvolutionarySearch::take_best(Pool& pool, std::size_t count, const DiversityOptions& diversity,
                                   std::vector<Proposal>& round) {
  std::vector<std::size_t> unseen;
  std::vector<const Candidate*> candidates;
  std::vector<double> scores;
  for (std::size_t i = 0; i < pool.proposals.size(); ++i) {
    if (seen_.contains(pool.hashes[i])) continue;
    unseen.push_back(i);
    candidates.push_back(&pool.proposals[i].candidate);
    scores.push_back(pool.scores[i]);
  }
  std::vector<Candidate> already;
  for (const Proposal& proposal : round) already.push_back(proposal.candidate);
  for (const std::size_t i : select_diverse(candidates, scores, count, diversity, already)) {
    take(pool.proposals[unseen[i]], round);
  }
}

void EvolutionarySearch::take(Proposal proposal, std::vector<Proposal>& round) {
  seen_.insert(proposal.candidate.trajectory);
  round.push_back(std::move(proposal));
}

}  // namespace tilecast
