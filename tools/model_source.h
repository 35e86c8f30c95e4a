// Where tasks and models come from: the MODEL argument of several subcommands.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontend/import.h"
#include "frontend/suite.h"

namespace tilecast::tools {

struct ModelSource {
  std::filesystem::path file;
  std::vector<std::string> only;
  std::vector<std::string> shapes;  // NAME=1,3,224,224
};

// MODEL, --only and --shape.
void add_model_arguments(CLI::App& command, ModelSource& source);

Result<std::vector<WeightedTask>> read_tasks(const ModelSource& source);

// An ONNX file as it is; a suite's subgraphs side by side, with random constants (see model_of_tasks).
Result<ImportedModel> read_model(const ModelSource& source, std::uint64_t seed);

}  // namespace tilecast::tools
