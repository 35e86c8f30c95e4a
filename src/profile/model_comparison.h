// A compiled model next to onnxruntime: what was measured, as a table and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "profile/block_times.h"

namespace tilecast {

// Of one side.
struct SideSizes {
  std::int64_t memory_before_bytes = 0;  // of its process, before it opened the model
  std::int64_t memory_peak_bytes = 0;    // of its process, the most
  std::int64_t shipped_bytes = 0;        // files that a program needs to run the model
};

struct ModelComparison {
  std::string model;
  int threads = 0;
  double flops = 0;           // of one run, as tasks count them
  double relative_error = 0;  // the largest of all outputs
  BlockTimes times;           // Tilecast first
  SideSizes tilecast;
  SideSizes onnxruntime;
};

// The smallest and the largest ratio of a block: how far the sitting scattered.
struct RatioSpread {
  double low = 0;
  double high = 0;
};
RatioSpread ratio_spread(const BlockTimes& times);

// A line a model: medians, ratio with its spread, share of `peak_gflops`, relative error, memory and sizes of both
// sides; below it the geometric mean of the ratios. Empty without models.
std::string comparison_table(std::span<const ModelComparison> models, double peak_gflops);

// {"peak_gflops", "results", "geometric_mean_ratio" (null without models)}.
nlohmann::json to_json(std::span<const ModelComparison> models, double peak_gflops);

}  // namespace tilecast
