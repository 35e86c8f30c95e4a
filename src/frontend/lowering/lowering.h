// From ONNX nodes to Tilecast's operators: one function an ONNX operator.
#pragma once

#include "base/result.h"
#include "frontend/model.h"
#include "frontend/network.h"

namespace tilecast {

// Every node of the model in Tilecast's operators, with images channels-last. What depends on constants only (shape
// arithmetic, above all) is computed here; a transposition is made only where an operator needs another order than its
// input has. Errors name the node, its operator and domain: an operator or attribute that is not supported, a shape
// that is known only when the model runs.
Result<Network> lower_model(const Model& model);

}  // namespace tilecast
