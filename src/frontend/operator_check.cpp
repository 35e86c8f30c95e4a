#include "frontend/operator_check.h"

#include <fmt/format.h>

#include "ops/pipeline.h"

namespace tilecast {

Status check_operator(const NetworkNode& node, std::span<const NetworkNode* const> inputs) {
  OpGraph graph;
  OpNode op{node.name, node.op, {}, node.attributes, node.type};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    graph.inputs.push_back({fmt::format("in{}", i), inputs[i]->type, inputs[i]->is_constant()});
    op.inputs.push_back(static_cast<ValueId>(i));
  }
  graph.nodes.push_back(std::move(op));
  graph.outputs = {static_cast<ValueId>(inputs.size())};
  TILECAST_CHECK(ops::algorithms(graph));
  return Unit{};
}

}  // namespace tilecast
