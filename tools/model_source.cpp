#include "model_source.h"

#include <fmt/format.h>

#include "frontend/onnx_reader.h"

namespace tilecast::tools {

void add_model_arguments(CLI::App& command, ModelSource& source) {
  command
      .add_option(
          "MODEL", source.file,
          "a suite of subgraphs (JSON, such as data/subgraphs.json); ONNX files are read and checked, not yet tuned")
      ->required();
  command.add_option("--only", source.only, "names of the suite's subgraphs, separated by commas")->delimiter(',');
  command.add_option("--shape", source.shapes, "NAME=1,3,224,224: fixes the shape of an ONNX model's input");
}

namespace {

Result<InputShapes> parse_shapes(const std::vector<std::string>& options) {
  InputShapes shapes;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    const Error bad{fmt::format("--shape {}: NAME=1,3,224,224 is expected", option)};
    if (equals == std::string::npos || equals == 0) return bad;
    Shape shape;
    for (const std::string& number : CLI::detail::split(option.substr(equals + 1), ',')) {
      std::int64_t extent = 0;
      if (!CLI::detail::lexical_cast(number, extent) || extent < 1) return bad;
      shape.push_back(extent);
    }
    shapes[option.substr(0, equals)] = shape;
  }
  return shapes;
}

}  // namespace

Result<std::vector<WeightedTask>> read_tasks(const ModelSource& source) {
  if (source.file.extension() != ".onnx") return read_suite(source.file, source.only);
  TILECAST_TRY(const InputShapes shapes, parse_shapes(source.shapes));
  TILECAST_TRY(const Model model, read_onnx(source.file, shapes));
  return Error{
      fmt::format("{}: read {} nodes, but this version does not split ONNX models into tasks yet: tune a suite",
                  source.file.string(), model.nodes.size())};
}

}  // namespace tilecast::tools
