// Where tasks come from: the MODEL argument of several subcommands.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontend/suite.h"

namespace tilecast::tools {

struct ModelSource {
  std::filesystem::path file;
  std::vector<std::string> only;
};

// MODEL and --only.
void add_model_arguments(CLI::App& command, ModelSource& source);

Result<std::vector<WeightedTask>> read_tasks(const ModelSource& source);

}  // namespace tilecast::tools
