// Random numbers from one seed: the same seed gives the same numbers on every machine (std:: distributions do not).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tilecast {

// xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64. A cheap value type; copy it to fork a stream.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  // An independent stream for a named purpose, so that adding a consumer does not shift everybody else's numbers.
  Random fork(std::string_view purpose);

  std::uint64_t next();
  // Uniform in [0, n); n must be positive.
  std::size_t below(std::size_t n);
  // Uniform in [0, 1).
  double uniform();
  // Standard normal (Box-Muller).
  double normal();
  bool chance(double probability) { return uniform() < probability; }
  // An index drawn with probability proportional to its weight; weights are non-negative and not all zero.
  std::size_t weighted(std::span<const double> weights);
  template <class Container>
  const auto& choice(const Container& items) {
    return items[below(items.size())];
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace tilecast
