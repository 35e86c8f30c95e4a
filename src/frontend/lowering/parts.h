// Parts of stored values: elements cut off, values one behind the other.
#pragma once

#include <vector>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// The value without what negative padding takes away; that padding becomes 0. `begin` and `end` have an entry a stored
// dimension. An error when nothing is left.
Result<NetworkId> crop_negative_pads(NodeLowering& node, NetworkId value, Ints& begin, Ints& end);

// The values one behind the other in this dimension: `most` at once, then what has come out likewise.
Result<NetworkId> join(NodeLowering& node, std::vector<NetworkId> values, std::size_t dim, std::size_t most);

}  // namespace tilecast
