// Suites: lists of single subgraphs to tune and to compare with, in JSON ({"subgraphs":[{"name","op",…}]}).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/task.h"

namespace tilecast {

// The suite's tasks in the order of the file, each with weight 1; with `only` not empty, those of these names. Images
// are channels-last, weights and biases constant. Errors name the file, the subgraph and what is wrong with it; a name
// in `only` that the suite lacks is one.
Result<std::vector<WeightedTask>> read_suite(const std::filesystem::path& file,
                                             const std::vector<std::string>& only = {});

}  // namespace tilecast
