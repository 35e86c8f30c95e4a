// Searches of two subgraphs under two judges with two seeds, made up.
#pragma once

#include <limits>

#include "tools/search_report.h"

namespace tilecast::tools::testing {

inline constexpr double kFailed = std::numeric_limits<double>::infinity();

// Two runs for each subgraph and judge: conv under "first" are runs 0 and 1, under "second" 2 and 3; then dense.
inline SearchRuns two_judges() {
  SearchRuns runs{.subgraphs = {{"conv", 1e9, AnsorResult{2e9, 0.5}}, {"dense", 1e6, std::nullopt}},
                  .judges = {"first:4", "second:4"},
                  .peak_gflops = 1000,
                  .threads = 2,
                  .cpu = "a processor"};
  runs.runs = {{"conv", "first:4", 0, {8e-3, 4e-3, 4e-3, 2e-3}, 2e-3},
               {"conv", "first:4", 1, {8e-3, 8e-3, kFailed, 4e-3}, 4e-3},
               {"conv", "second:4", 0, {4e-3, 4e-3, 2e-3, 1e-3}, 1e-3},
               {"conv", "second:4", 1, {2e-3, 2e-3, 2e-3, 2e-3}, 1e-3},
               {"dense", "first:4", 0, {1e-3, 1e-3, 1e-3, 1e-3}, 1e-3},
               {"dense", "first:4", 1, {1e-3, 1e-3, 1e-3, 1e-3}, 1e-3},
               {"dense", "second:4", 0, {1e-3, 1e-3, 1e-3, 1e-3}, 2e-3},
               {"dense", "second:4", 1, {1e-3, 1e-3, 1e-3, 1e-3}, 2e-3}};
  for (SearchRun& run : runs.runs) run.default_seconds = run.trials.front();
  return runs;
}

}  // namespace tilecast::tools::testing
