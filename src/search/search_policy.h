// SearchPolicy: decides which candidates of one task are measured next.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "record/measure_record.h"
#include "space/space.h"

namespace tilecast {

// A candidate to be measured, and how it was found ("default", "random", "sample", "mutation", "crossover", "refine").
struct Proposal {
  Candidate candidate;
  std::string origin;
};

class SearchPolicy {
 public:
  virtual ~SearchPolicy() = default;
  virtual std::string name() const = 0;
  // At most `count` candidates, no two alike and none proposed or observed before. Fewer (or none) when no new ones can
  // be found. `progress` in [0, 1]: the share of the tuning budget that is spent; policies explore early and refine
  // late.
  virtual std::vector<Proposal> propose(std::size_t count, double progress) = 0;
  // Outcomes of this task's candidates: of earlier proposals, or of an earlier run that is resumed.
  virtual void observe(std::span<const MeasureRecord> records) = 0;
};

}  // namespace tilecast
