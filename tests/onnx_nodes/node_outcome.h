// What became of a node test.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace tilecast::testing {

// kUnsupported: the import refuses the model. kOutside: it does, and the model holds what Tilecast does not take at all
// (strings, sequences, training …). kFail: a wrong result, a crash, a kernel that does not compile.
enum class OutcomeKind : std::uint8_t { kPass, kUnsupported, kOutside, kFail };
// "pass", "unsupported", "outside", "FAIL".
std::string outcome_name(OutcomeKind kind);

struct NodeOutcome {
  OutcomeKind kind = OutcomeKind::kFail;
  std::string reason;                        // empty: it passes
  std::string op;                            // as node_test_operator says
  std::int64_t opset = 0;                    // of ONNX's own domain; 0: it is of another
  std::vector<std::string> constant_inputs;  // that fix_constant_inputs found
  std::size_t kernels = 0;                   // that run; 0: everything is known before or a view

  bool passes() const { return kind == OutcomeKind::kPass; }
  bool operator==(const NodeOutcome&) const = default;
};

nlohmann::json to_json(const NodeOutcome& outcome);
// Fails when something is missing or of the wrong kind.
Result<NodeOutcome> node_outcome_from_json(const nlohmann::json& json);

}  // namespace tilecast::testing
