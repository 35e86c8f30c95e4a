// The candidates of a task that need not be measured (again), by the stable hash of their trajectories.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "schedule/action.h"

namespace tilecast {

class SeenSet {
 public:
  bool contains(std::uint64_t hash) const { return hashes_.contains(hash); }
  // False when it was there already.
  bool insert(std::uint64_t hash) { return hashes_.insert(hash).second; }
  bool insert(const Trajectory& trajectory) { return insert(trajectory_hash(trajectory)); }

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

}  // namespace tilecast
