// A task's operators as Halide algorithms: from an OpGraph to Funcs without schedules.
#pragma once

#include <Halide.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/constant_form.h"
#include "ir/op_graph.h"
#include "schedule/action.h"

namespace tilecast::ops {

// How the pipeline reads one of the graph's inputs.
struct InputLayout {
  std::vector<PackPart>
      parts;                // of a packed constant, innermost first; empty: dense in the input's own dimension order
  std::vector<bool> clamp;  // logical dimensions (innermost first) whose index must be clamped into the buffer
};

struct Pipeline {
  std::vector<Halide::ImageParam>
      buffers;  // one a graph input, in order; dimensions innermost first, packed extents if packed
  // One a graph input: a Func of the logical indices (innermost first) that loads from the buffer; always inlined.
  // Stages read inputs through these only.
  std::vector<Halide::Func> inputs;
  // One a graph input: how the data of a constant is prepared. Its logical extents are those of this form. Empty: all
  // plain.
  std::vector<ConstantForm> forms;
  // In topological order, the output last. Each is pure, or a constant initial value and one update over an RDom. Names
  // are unique, at most 16 characters, and the same each time that the pipeline is built (Func::name() of Halide may
  // carry a suffix after '$'; `names` holds ours). Dimensions innermost first; axis names are the Vars' and RVars' own.
  std::vector<Halide::Func> stages;
  std::vector<std::string> names;
  // Of each stage: extents innermost first (mins are 0).
  std::vector<std::vector<std::int64_t>> extents;
  // Of each stage: our names of the reduction domain's variables, in its order; empty for a pure stage.
  std::vector<std::vector<std::string>> reductions;
};

// The names of the algorithms by which the graph can be computed, the default first ("direct" when there is no choice):
// those of its first operator that has several.
// Fails on an operator, type or shape that no file of ops/ builds; the message names node and operator.
Result<std::vector<std::string>> algorithms(const OpGraph& graph);

// Builds the pipeline by one of `algorithms`. `layouts` is empty or holds one entry a graph input. The graph has
// exactly one output.
Result<Pipeline> build_pipeline(const OpGraph& graph, const std::string& algorithm,
                                const std::vector<InputLayout>& layouts = {});

}  // namespace tilecast::ops
