// The operator that makes a task what it is.
#pragma once

#include <string>

#include "ir/op_graph.h"

namespace tilecast {

// In this order, the first that the graph has:
//   several products      `attention` where the last one is a product of two computed operands, else `product_chain`
//   one product           its operator; a convolution by groups `gconv`, with one input channel each `dwconv`
//   rows or windows       the first such operator: `softmax`, `layer_norm`, `reduce`, `max_pool` …
//   movement of elements  the first such operator: `transpose`, `concat`, `resize` …
//   else                  `elementwise`
// The kinds are those of fusion_kind.h.
std::string main_operator(const OpGraph& graph);

}  // namespace tilecast
