// The whole way of one node test: import, compilation with default schedules, a run, the comparison.
#pragma once

#include <filesystem>

#include "node_outcome.h"

namespace tilecast::testing {

// In this process, on two threads; the kernels and the package are made as `tilecast compile` makes them.
NodeOutcome run_node_test(const std::filesystem::path& folder);

}  // namespace tilecast::testing
