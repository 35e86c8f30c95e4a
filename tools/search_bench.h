// The searches of `tilecast bench search`: each subgraph and seed under several judges, and the best programs
// remeasured in turns.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "search_judge.h"

namespace tilecast::tools {

struct SearchBenchOptions {
  std::vector<SearchJudge> judges;
  int seeds = 3;  // 0, 1, …
  int threads = 2;
  int rounds = 5;                                 // of remeasuring
  std::filesystem::path records;                  // directory of the logs (search_log) and the remeasurement_file
  std::vector<std::filesystem::path> warm_start;  // of the judges that are pretrained; empty: the model's trees
  std::filesystem::path model;                    // that `world-model` reads; empty: the one beside the program
};

// Does what `records` does not hold yet. False: Ctrl-C ended it early. Prints a line a search and a remeasurement.
// Errors are of files, of an evaluator's weights or of the machine; what goes wrong with a candidate is in its log.
Result<bool> run_searches(const std::vector<WeightedTask>& tasks, const SearchBenchOptions& options);

}  // namespace tilecast::tools
