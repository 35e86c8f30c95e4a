#include "frontend/lowering/parts.h"

#include <algorithm>

namespace tilecast {

Result<NetworkId> crop_negative_pads(NodeLowering& node, NetworkId value, Ints& begin, Ints& end) {
  TensorType type = node.type(value);
  Ints starts(begin.size(), 0);
  for (std::size_t d = 0; d < begin.size(); ++d) {
    starts[d] = std::max<std::int64_t>(-begin[d], 0);
    const std::int64_t removed = starts[d] + std::max<std::int64_t>(-end[d], 0);
    if (removed > 0 && removed >= type.shape[d]) return node.error("its negative pads leave nothing of its input");
    type.shape[d] -= removed;
    begin[d] = std::max<std::int64_t>(begin[d], 0);
    end[d] = std::max<std::int64_t>(end[d], 0);
  }
  if (type == node.type(value)) return value;
  return node.emit("slice", {value}, {{"starts", starts}, {"steps", Ints(starts.size(), 1)}}, type);
}

Result<NetworkId> join(NodeLowering& node, std::vector<NetworkId> values, std::size_t dim, std::size_t most) {
  const Attributes attributes{{"axis", static_cast<std::int64_t>(dim)}};
  while (values.size() > 1) {
    std::vector<NetworkId> joined;
    for (std::size_t first = 0; first < values.size(); first += most) {
      const std::size_t last = std::min(first + most, values.size());
      const std::vector<NetworkId> parts(values.begin() + static_cast<std::ptrdiff_t>(first),
                                         values.begin() + static_cast<std::ptrdiff_t>(last));
      TensorType type = node.type(parts.front());
      type.shape[dim] = 0;
      for (const NetworkId part : parts) type.shape[dim] += node.type(part).shape[dim];
      NetworkId value = parts.front();
      if (parts.size() > 1) {
        TILECAST_TRY(value, node.emit("concat", parts, attributes, type));
      }
      joined.push_back(value);
    }
    values = std::move(joined);
  }
  return values.front();
}

}  // namespace tilecast
