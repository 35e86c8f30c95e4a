// Where tasks and models come from: the MODEL argument of several subcommands.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
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

struct ModelTasks {
  std::vector<WeightedTask> tasks;
  std::int64_t constant_bytes = 0;  // of the whole ONNX model; a suite's subgraphs are each a model of its own: 0
};
Result<ModelTasks> read_model_tasks(const ModelSource& source);
Result<std::vector<WeightedTask>> read_tasks(const ModelSource& source);

// An ONNX file as it is; a suite's subgraphs side by side, with random constants (see model_of_tasks).
Result<ImportedModel> read_model(const ModelSource& source, std::uint64_t seed);

}  // namespace tilecast::tools
