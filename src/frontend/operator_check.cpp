#include "frontend/operator_check.h"

#include "ops/pipeline.h"

namespace tilecast {

Status check_operator(const NetworkNode& node, std::span<const NetworkNode* const> inputs) {
  TILECAST_CHECK(ops::algorithms(single_operator_graph(node, inputs)));
  return Unit{};
}

}  // namespace tilecast
