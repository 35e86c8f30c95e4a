// How much of an input the operators of a task read.
#pragma once

#include <cstdint>

#include "ir/op_graph.h"

namespace tilecast {

// In bytes, all nodes that read `input` together: those of which `takes_part` is true take as much as their result has,
// the others all of it.
std::int64_t bytes_taken(const OpGraph& graph, ValueId input, bool (*takes_part)(const OpNode& reader, ValueId data));

}  // namespace tilecast
