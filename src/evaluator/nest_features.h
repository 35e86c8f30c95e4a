// Features of a statement in its loop nest, after Ansor's (Zheng et al., OSDI 2020, appendix B): computation, buffers,
// arithmetic intensity, allocation and outer loops; then the analytic model's view of it. Found from the State, without
// lowering. Counts are given as log2(1 + x).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/hardware.h"
#include "evaluator/analytic_model.h"
#include "evaluator/statement_nest.h"
#include "schedule/state.h"

namespace tilecast {

inline constexpr std::size_t kBuffersInFeatures = 5;
inline constexpr std::size_t kIntensityPoints = 10;
// Computation 13 + annotations 12 + buffers 5 x 14 + intensity 10 + allocation 3 + outer 4 + analytic 9.
inline constexpr std::size_t kFeatureCount = 13 + 12 + kBuffersInFeatures * 14 + kIntensityPoints + 3 + 4 + 9;

// Appends kFeatureCount numbers to `row`.
void append_features(const StatementNest& nest, const StatementCost& cost, const Hardware& hardware,
                     std::vector<float>& row);

}  // namespace tilecast
