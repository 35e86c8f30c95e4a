// A compiled model next to other runtimes: what was measured, as a table and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "profile/block_times.h"

namespace tilecast {

// Of one side.
struct SideSizes {
  std::int64_t memory_before_bytes = 0;  // of its process, before it opened the model
  std::int64_t memory_peak_bytes = 0;    // of its process, the most
  std::int64_t shipped_bytes = 0;        // files that a program needs to run the model
};

// A runtime that Tilecast is compared with.
struct PeerComparison {
  std::string name;
  double relative_error = 0;  // of Tilecast's outputs from this peer's: the largest of all
  SideSizes sizes;
};

struct ModelComparison {
  std::string model;
  int threads = 0;
  double flops = 0;  // of one run, as tasks count them
  BlockTimes times;  // Tilecast's side first, then the peers' in their order
  SideSizes tilecast;
  std::vector<PeerComparison> peers;  // one or more; those of the first model are those of all

  double relative_error() const;  // the largest of all peers
};

// The smallest and the largest ratio of a block to a side: how far the sitting scattered.
struct RatioSpread {
  double low = 0;
  double high = 0;
};
RatioSpread ratio_spread(const BlockTimes& times, std::size_t side);

// A line a model: Tilecast's median; each peer's, and the ratio to it with its spread; share of `peak_gflops`, relative
// error; memory and sizes of all sides; below it the geometric mean of the ratios. Empty without models.
std::string comparison_table(std::span<const ModelComparison> models, double peak_gflops);

// {"peak_gflops", "results", "geometric_mean_ratio" (null without models)}: ratios to the first peer. For a second peer
// named NAME, results also have "NAME", "NAME_seconds", "ratio_to_NAME" (…"_low", …"_high"), and the whole has
// "geometric_mean_ratio_to_NAME".
nlohmann::json to_json(std::span<const ModelComparison> models, double peak_gflops);

}  // namespace tilecast
