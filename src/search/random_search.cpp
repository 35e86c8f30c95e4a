#include "search/random_search.h"

#include <utility>

namespace tilecast {

std::optional<Candidate> sample_unseen(const Space& space, Random& random, SeenSet& seen) {
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    Candidate candidate = space.sample(random);
    if (seen.insert(candidate.trajectory)) return candidate;
  }
  return std::nullopt;
}

std::vector<Proposal> RandomSearch::propose(std::size_t count, double /*progress*/) {
  std::vector<Proposal> proposals;
  proposals.reserve(count);
  while (proposals.size() < count) {
    std::optional<Candidate> candidate = sample_unseen(space_, random_, seen_);
    if (!candidate) break;
    proposals.push_back({std::move(*candidate), "random"});
  }
  return proposals;
}

void RandomSearch::observe(std::span<const MeasureRecord> records) {
  for (const MeasureRecord& record : records) seen_.insert(record.trajectory);
}

}  // namespace tilecast
