// The runs of `bench ranking`: every judge of the ablation, and judges that have not learnt from a sort of tasks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ranking_report.h"
#include "record/dataset.h"

namespace tilecast::tools {

struct RankingBenchOptions {
  std::vector<std::filesystem::path> files;         // of a dataset
  std::filesystem::path model;                      // empty: the one beside the program
  std::vector<std::filesystem::path> other_models;  // trained like it with other seeds
  std::vector<DatasetSplit> splits;                 // whose programs are ranked
  bool encoded = true;                              // see judges_to_compare
  // Main operators that are left out of training, one after the other; empty: those of transfer_operators() that the
  // files have.
  std::vector<std::string> operators;
  double train_flops_below = 1e8;  // then tasks with as much work
  std::uint64_t seed = 0;
};

// Main operators of which each is unlike the others.
std::vector<std::string> transfer_operators();

// Prints a line for every judge that is through. A sort of tasks of which there is none to rank, or none to leave out
// of training, has no row. Fails on files and models as `eval` does, and on an operator that no task has.
Result<RankingReport> run_rankings(const RankingBenchOptions& options);

}  // namespace tilecast::tools
