// What a directory of `tilecast bench search` holds, ready to be compared.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ansor_results.h"
#include "base/result.h"
#include "search_judge.h"
#include "search_report.h"

namespace tilecast::tools {

// What is compared of it.
struct SearchSelection {
  std::vector<std::string> subgraphs;  // empty: all
  std::vector<SearchJudge> judges;     // empty: those that were remeasured last
};

// The subgraphs and seeds in which all of these judges were remeasured on the machine, and with the threads, of the
// last remeasurement. Errors: none was remeasured under these judges; a file cannot be read; a search's log is missing.
Result<SearchRuns> read_search_runs(const std::filesystem::path& directory, const SearchSelection& selection,
                                    const std::map<std::string, AnsorResult>& ansor);

}  // namespace tilecast::tools
