#include "model_source.h"

#include <fmt/format.h>

namespace tilecast::tools {

void add_model_arguments(CLI::App& command, ModelSource& source) {
  command.add_option("MODEL", source.file, "a suite of subgraphs (JSON, such as data/subgraphs.json)")->required();
  command.add_option("--only", source.only, "names of the suite's subgraphs, separated by commas")->delimiter(',');
}

Result<std::vector<WeightedTask>> read_tasks(const ModelSource& source) {
  if (source.file.extension() == ".onnx") {
    return Error{fmt::format("{}: this version reads suites of subgraphs only, not ONNX files", source.file.string())};
  }
  return read_suite(source.file, source.only);
}

}  // namespace tilecast::tools
