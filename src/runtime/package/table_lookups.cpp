#include "runtime/package/table_lookups.h"

#include <algorithm>

#include "runtime/package/input_reads.h"

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
  add(offset, graph.type_of(input).bytes(), bytes_taken(graph, input, looks_up_rows));
}

void TableLookups::add_whole(std::int64_t offset, std::int64_t bytes) {
  add(offset, bytes, bytes);
}

void TableLookups::add(std::int64_t offset, std::int64_t bytes, std::int64_t taken) {
  Reads& reads = reads_[offset];
  reads.bytes = std::max(reads.bytes, bytes);
  reads.taken += taken;
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
