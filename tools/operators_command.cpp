// tilecast operators: which of ONNX's operators are read.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "frontend/operator_list.h"

namespace tilecast::tools {
namespace {

struct OperatorsOptions {
  bool json = false;
  bool markdown = false;
};

nlohmann::json operator_to_json(const OperatorSupport& op) {
  nlohmann::json json = {{"name", op.name}, {"opsets", op.opsets}, {"supported", op.supported}};
  if (!op.supported) return json;
  json["least_inputs"] = op.least_inputs;
  json["most_inputs"] = op.most_inputs;
  json["refused_attributes"] = op.refused_attributes;
  json["limits"] = op.limits;
  return json;
}

std::string description(const OperatorSupport& op) {
  if (!op.supported) return "not supported";
  std::string text = op.limits;
  if (!op.refused_attributes.empty()) {
    text += fmt::format("{}not its attributes {}", text.empty() ? "" : "; ", fmt::join(op.refused_attributes, ", "));
  }
  return text;
}

int print_operators(const OperatorsOptions& options) {
  const std::vector<OperatorSupport> operators = list_operators();
  if (options.markdown) {
    fmt::print("{}", operators_document(operators));
    return 0;
  }
  nlohmann::json list = nlohmann::json::array();
  for (const OperatorSupport& op : operators) {
    fmt::print("{:<26}  {:<16}  {}\n", op.name, fmt::format("{}", fmt::join(op.opsets, ", ")), description(op));
    list.push_back(operator_to_json(op));
  }
  const auto supported =
      std::count_if(operators.begin(), operators.end(), [](const OperatorSupport& op) { return op.supported; });
  fmt::print("{} of {} are supported\n", supported, operators.size());
  if (options.json) fmt::print("{}\n", nlohmann::json{{"operators", list}}.dump());
  return 0;
}

}  // namespace

void add_operators_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<OperatorsOptions>();
  CLI::App* command = app.add_subcommand(
      "operators",
      "List ONNX's operators: the opsets in which they changed, whether they are supported, their limits.");
  CLI::Option* json = command->add_flag("--json", options->json, "end with one JSON object");
  command->add_flag("--markdown", options->markdown, "print docs/onnx_operators.md instead")->excludes(json);
  command->callback([options, &exit_code] { exit_code = print_operators(*options); });
}

}  // namespace tilecast::tools
