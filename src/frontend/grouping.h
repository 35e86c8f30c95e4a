// Fusion: which operators of a network one kernel computes together.
#pragma once

#include <vector>

#include "frontend/network.h"

namespace tilecast {

// Operators of one kernel, each after what it reads; the last one is the result, the only one that others read.
using NodeGroup = std::vector<NetworkId>;

// Groups of all live operators, each group after those whose results it reads. Reshapes are in a group only where one
// absorbs them; the others are views of memory, in no group.
//
//   conv, add, add, relu                     one group: element-wise operators join what they are applied to
//   exp, mul, add                            one group: chains and trees of element-wise operators
//   reshape, transpose, batch_matmul         one group: a product reads its operands as they lie
//   batch_matmul, transpose                  one group, when the innermost dimension stays innermost
//   batch_matmul, add, softmax, batch_matmul one group: attention, whose scores no other kernel needs
//   depthwise conv, clip, conv of one tap    one group: the second reads a block of rows at a time
//   transpose, conv (padded)                 one group: the copy with padding transposes too
std::vector<NodeGroup> group_nodes(const Network& network);

}  // namespace tilecast
