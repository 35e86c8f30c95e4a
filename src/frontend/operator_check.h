// Whether an operator of a Network is one that ops/ builds.
#pragma once

#include <span>

#include "base/result.h"
#include "frontend/network.h"

namespace tilecast {

// Fails on an operator, attribute or shape that ops/ refuses; `inputs` are the nodes that it reads, in order.
Status check_operator(const NetworkNode& node, std::span<const NetworkNode* const> inputs);

}  // namespace tilecast
