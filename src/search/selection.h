// How candidates are chosen by their scores. Scores may be negative, equal, infinite or not numbers at all: only their
// order is used, never their size.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"
#include "space/space.h"

namespace tilecast {

// True for scores of candidates that may be chosen at all: not NaN, not minus infinity (illegal).
bool is_usable(double score);

// Indices of the usable scores, best first; equal scores in order of index.
std::vector<std::size_t> ranking(std::span<const double> scores);

// Draws indices with probability proportional to exp(-rank / (pressure * n)): with pressure 0.15 the best 15 % get
// about 63 % of the draws. Built once for many draws.
class RankSelector {
 public:
  RankSelector(std::span<const double> scores, double pressure);
  bool empty() const { return order_.empty(); }
  // Not to be called when empty.
  std::size_t draw(Random& random) const;

 private:
  std::vector<std::size_t> order_;
  std::vector<double> cumulative_;
};

// Turns a share of many small rounds into whole numbers whose sum is right: 5 % of rounds of 10 is 1 every other round.
class CarriedShare {
 public:
  explicit CarriedShare(double share) : share_(share) {}
  // How many of a round of `count`; at most `count`.
  std::size_t take(std::size_t count);

 private:
  double share_;
  double carry_ = 0;
};

// Number of decisions that differ; for candidates of different sketches, the larger number of decisions plus one.
std::size_t decision_distance(const Candidate& a, const Candidate& b);

// Chooses `count` of `candidates`, trading rank against distance from those chosen before (`already` included): of the
// best `pool_factor * count`, repeatedly the one with the largest (1 - rank / pool) + diversity * (distance to the
// nearest chosen one as a share of the decisions). Pairs nearer than `min_distance` are chosen only when nothing else
// is left in the pool.
struct DiversityOptions {
  double diversity = 0.3;
  std::size_t pool_factor = 4;
  std::size_t min_distance = 2;
};
std::vector<std::size_t> select_diverse(std::span<const Candidate* const> candidates, std::span<const double> scores,
                                        std::size_t count, const DiversityOptions& options,
                                        std::span<const Candidate> already = {});

}  // namespace tilecast
