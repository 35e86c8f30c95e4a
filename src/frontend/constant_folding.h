// Evaluates operators whose inputs are all constants.
#pragma once

#include <span>

#include "base/result.h"
#include "frontend/network.h"

namespace tilecast {

// The elements of `node`'s output; `inputs` are the constants that it reads, in order. Any operator of the vocabulary:
// movement of data directly, the rest by the interpreter. Fails where ops/ cannot build the operator.
Result<ConstantBytes> evaluate_constant(const NetworkNode& node, std::span<const NetworkNode* const> inputs);

}  // namespace tilecast
