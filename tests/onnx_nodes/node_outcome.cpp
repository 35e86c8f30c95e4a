#include "node_outcome.h"

#include <array>
#include <nlohmann/json.hpp>

namespace tilecast::testing {
namespace {

constexpr std::array<const char*, 4> kNames = {"pass", "unsupported", "outside", "FAIL"};

}  // namespace

std::string outcome_name(OutcomeKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

nlohmann::json to_json(const NodeOutcome& outcome) {
  return {{"kind", static_cast<int>(outcome.kind)},
          {"reason", outcome.reason},
          {"op", outcome.op},
          {"opset", outcome.opset},
          {"constant_inputs", outcome.constant_inputs},
          {"kernels", outcome.kernels}};
}

Result<NodeOutcome> node_outcome_from_json(const nlohmann::json& json) {
  try {
    const auto kind = json.at("kind").get<std::size_t>();
    if (kind >= kNames.size()) return Error{"there is no such outcome of a node test"};
    return NodeOutcome{.kind = static_cast<OutcomeKind>(kind),
                       .reason = json.at("reason").get<std::string>(),
                       .op = json.at("op").get<std::string>(),
                       .opset = json.at("opset").get<std::int64_t>(),
                       .constant_inputs = json.at("constant_inputs").get<std::vector<std::string>>(),
                       .kernels = json.at("kernels").get<std::size_t>()};
  } catch (const nlohmann::json::exception& e) {
    return Error{e.what()};
  }
}

}  // namespace tilecast::testing
