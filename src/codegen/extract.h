// From Halide Funcs to a ComputeDag.
#pragma once

#include "base/result.h"
#include "ir/compute_dag.h"
#include "ir/op_graph.h"
#include "ops/pipeline.h"

namespace tilecast {

// The program that the pipeline's definitions stand for; its inputs are called after the graph's where those names are
// short and unique, else "in0", "in1", …. Fails on an expression that has no counterpart in ir/expr.h.
Result<ComputeDag> extract_dag(const ops::Pipeline& pipeline, const OpGraph& graph);

}  // namespace tilecast
