// Evaluates a ComputeDag directly in double precision: slow, simple, and independent of every compiler, so that
// compiled code can be checked against it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/compute_dag.h"

namespace tilecast {

// `inputs[i]` holds dag.inputs[i] densely, innermost dimension contiguous, converted to double.
// `points` are element numbers (row-major, innermost fastest) of the output stage. Returns one value a point.
// Stages that reductions read are evaluated once per needed element.
std::vector<double> interpret(const ComputeDag& dag, std::span<const std::vector<double>> inputs,
                              std::span<const std::int64_t> points);

}  // namespace tilecast
