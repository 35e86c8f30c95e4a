// RandomSearch: fresh samples of the space, without judgement. The baseline of every comparison.
#pragma once

#include "base/random.h"
#include "search/search_policy.h"
#include "search/seen_set.h"

namespace tilecast {

class RandomSearch final : public SearchPolicy {
 public:
  // `space` must outlive the policy.
  RandomSearch(const Space& space, Random random) : space_(space), random_(random) {}

  std::string name() const override { return "random"; }
  std::vector<Proposal> propose(std::size_t count, double progress) override;
  void observe(std::span<const MeasureRecord> records) override;

 private:
  const Space& space_;
  Random random_;
  SeenSet seen_;
};

// A sample of the space that `seen` does not hold, added to it; empty after many samples that were all known.
std::optional<Candidate> sample_unseen(const Space& space, Random& random, SeenSet& seen);

}  // namespace tilecast
