// The searches of `tilecast bench search`: each subgraph and seed under several judges, and the best programs
// remeasured in turns.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "search_evaluators.h"
#include "search_judge.h"
#include "tuner/tuner.h"

namespace tilecast::tools {

struct SearchBenchOptions {
  std::vector<SearchJudge> judges;
  JudgeKnowledge knowledge;
  int seeds = 3;  // 0, 1, …
  int threads = 2;
  int round = TuneOptions{}.round;  // candidates measured at once
  double optimism = TuneOptions{}.optimism;
  int rounds = 5;                 // of remeasuring
  std::filesystem::path records;  // directory of the logs (search_log) and the remeasurement_file
};

// Does what `records` does not hold yet. False: Ctrl-C ended it early. Prints a line a search and a remeasurement.
// Errors are of files, of an evaluator's weights or of the machine; what goes wrong with a candidate is in its log.
Result<bool> run_searches(const std::vector<WeightedTask>& tasks, const SearchBenchOptions& options);

}  // namespace tilecast::tools
