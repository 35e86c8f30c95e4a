// Evaluates operators whose inputs are all constants.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "frontend/network.h"

namespace tilecast {

// The elements of `node`'s output; `inputs` are the constants that it reads, in order. Any operator of the vocabulary:
// movement of data directly, the rest by the interpreter. Fails where ops/ cannot build the operator.
Result<ConstantBytes> evaluate_constant(const NetworkNode& node, std::span<const NetworkNode* const> inputs);

// The elements of a constant; those that its type cannot hold become its nearest.
ConstantBytes constant_bytes(DataType type, const std::vector<double>& numbers);
// The nearest whole number that 64 bits hold, towards zero; 0 for what is no number.
std::int64_t saturated_int(double number);

}  // namespace tilecast
