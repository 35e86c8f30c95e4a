#include "search/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tilecast {

bool is_usable(double score) {
  return !std::isnan(score) && score != -std::numeric_limits<double>::infinity();
}

std::vector<std::size_t> ranking(std::span<const double> scores) {
  std::vector<std::size_t> order;
  order.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (is_usable(scores[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return order;
}

RankSelector::RankSelector(std::span<const double> scores, double pressure) : order_(ranking(scores)) {
  const double decay = std::exp(-1.0 / (pressure * static_cast<double>(std::max<std::size_t>(order_.size(), 1))));
  double weight = 1;
  double sum = 0;
  cumulative_.reserve(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    sum += weight;
    cumulative_.push_back(sum);
    weight *= decay;
  }
}

std::size_t RankSelector::draw(Random& random) const {
  const double at = random.uniform() * cumulative_.back();
  const auto it = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
  const auto rank = std::min(static_cast<std::size_t>(it - cumulative_.begin()), order_.size() - 1);
  return order_[rank];
}

std::size_t CarriedShare::take(std::size_t count) {
  carry_ += share_ * static_cast<double>(count);
  // Rounding errors of the sum must not turn 1 into 0.999….
  const auto whole = std::min(static_cast<std::size_t>(carry_ + 1e-9), count);
  carry_ -= static_cast<double>(whole);
  return whole;
}

std::size_t decision_distance(const Candidate& a, const Candidate& b) {
  const std::size_t longer = std::max(a.decisions.size(), b.decisions.size());
  if (a.sketch != b.sketch || a.decisions.size() != b.decisions.size()) return longer + 1;
  std::size_t distance = 0;
  for (std::size_t i = 0; i < longer; ++i) distance += a.decisions[i] != b.decisions[i] ? 1 : 0;
  return distance;
}

std::vector<std::size_t> select_diverse(std::span<const Candidate* const> candidates, std::span<const double> scores,
                                        std::size_t count, const DiversityOptions& options,
                                        std::span<const Candidate> already) {
  std::vector<std::size_t> pool = ranking(scores);
  pool.resize(std::min(pool.size(), std::max<std::size_t>(options.pool_factor, 1) * count));
  std::vector<std::size_t> nearest(pool.size(), std::numeric_limits<std::size_t>::max());
  std::vector<bool> taken(pool.size(), false);
  std::vector<std::size_t> chosen;

  const auto keep_away_from = [&](const Candidate& other) {
    for (std::size_t rank = 0; rank < pool.size(); ++rank) {
      nearest[rank] = std::min(nearest[rank], decision_distance(*candidates[pool[rank]], other));
    }
  };
  for (const Candidate& other : already) keep_away_from(other);

  const auto value = [&](std::size_t rank) {
    const double quality = 1.0 - static_cast<double>(rank) / static_cast<double>(pool.size());
    const double decisions = static_cast<double>(candidates[pool[rank]]->decisions.size() + 1);
    const double near = static_cast<double>(nearest[rank]);
    // A large constant below zero: too near ones come after all others, still in order of value.
    const double penalty = nearest[rank] < options.min_distance ? -1e6 : 0.0;
    return quality + options.diversity * std::min(near / decisions, 1.0) + penalty;
  };

  while (chosen.size() < std::min(count, pool.size())) {
    std::size_t best = pool.size();
    double best_value = -std::numeric_limits<double>::infinity();
    for (std::size_t rank = 0; rank < pool.size(); ++rank) {
      if (taken[rank]) continue;
      if (const double v = value(rank); v > best_value) {
        best = rank;
        best_value = v;
      }
    }
    taken[best] = true;
    chosen.push_back(pool[best]);
    keep_away_from(*candidates[pool[best]]);
  }
  return chosen;
}

}  // namespace tilecast
