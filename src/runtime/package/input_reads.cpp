#include "runtime/package/input_reads.h"

namespace tilecast {

std::int64_t bytes_taken(const OpGraph& graph, ValueId input, bool (*takes_part)(const OpNode& reader, ValueId data)) {
  std::int64_t taken = 0;
  for (const std::size_t reader : graph.readers(input)) {
    const OpNode& node = graph.nodes[reader];
    taken += (takes_part(node, input) ? node.type : graph.type_of(input)).bytes();
  }
  return taken;
}

}  // namespace tilecast
