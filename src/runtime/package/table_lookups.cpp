#include "runtime/package/table_lookups.h"

#include <algorithm>

namespace tilecast {
namespace {

constexpr std::int64_t kFewestBytes = std::int64_t{1} << 20;
constexpr std::int64_t kLargestShare = 4;  // one part in so many

// Along the first axis rows are taken as a whole; along another, a part of every row.
bool looks_up_rows(const OpNode& node, ValueId table) {
  return node.op == "gather" && node.attributes.get_int("axis", 0) == 0 && node.inputs.front() == table &&
         node.inputs.back() != table;
}

}  // namespace

void TableLookups::add(std::int64_t offset, const OpGraph& graph, ValueId input) {
  Reads& reads = reads_[offset];
  reads.bytes = std::max(reads.bytes, graph.type_of(input).bytes());
  for (const std::size_t reader : graph.readers(input)) {
    const OpNode& node = graph.nodes[reader];
    reads.taken += looks_up_rows(node, input) ? node.type.bytes() : reads.bytes;
  }
}

void TableLookups::add_whole(std::int64_t offset, std::int64_t bytes) {
  Reads& reads = reads_[offset];
  reads.bytes = std::max(reads.bytes, bytes);
  reads.taken += bytes;
}

std::vector<WeightsRegion> TableLookups::regions() const {
  std::vector<WeightsRegion> regions;
  for (const auto& [offset, reads] : reads_) {
    if (reads.bytes >= kFewestBytes && reads.taken <= reads.bytes / kLargestShare) {
      regions.push_back({offset, reads.bytes});
    }
  }
  return regions;
}

}  // namespace tilecast
