// What Ansor reached on the subgraphs with 64 trials (data/ansor64.csv).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"

namespace tilecast::tools {

struct AnsorResult {
  double flops = 0;          // as that file counts them: some differ from our task's
  double share_of_peak = 0;  // in its better layout, of the machine on which it was measured
};

// By name of the subgraph. Errors name the file, the line or the column that is missing.
Result<std::map<std::string, AnsorResult>> read_ansor_results(const std::filesystem::path& file);

}  // namespace tilecast::tools
