// Writes an execution plan as the C source of its static tables.
#pragma once

#include <span>
#include <string>

#include "runtime/package/execution_plan.h"

namespace tilecast {

// C99 that includes runtime/plan.h as "plan.h" and defines tilecast_model_load for a model of this name.
std::string plan_source(const ExecutionPlan& plan, std::span<const KernelObject> kernels, const std::string& name,
                        const WeightsFile::Summary& weights);

}  // namespace tilecast
