// Which parts of the weights a run reads little of: tables in which rows are looked up.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ir/op_graph.h"

namespace tilecast {

struct WeightsRegion {
  std::int64_t offset = 0;  // bytes from the start of the weights
  std::int64_t bytes = 0;
  bool operator==(const WeightsRegion&) const = default;
};

// Adds up what the calls of a run read of each constant.
class TableLookups {
 public:
  // A call reads the constant at `offset` in the weights as this input of its task's graph.
  void add(std::int64_t offset, const OpGraph& graph, ValueId input);
  // Something reads all of a constant.
  void add_whole(std::int64_t offset, std::int64_t bytes);

  // The constants of a megabyte and more of which all reads together take no more than a quarter, in order.
  std::vector<WeightsRegion> regions() const;

 private:
  struct Reads {
    std::int64_t bytes = 0;  // of the constant
    std::int64_t taken = 0;
  };
  void add(std::int64_t offset, std::int64_t bytes, std::int64_t taken);

  std::map<std::int64_t, Reads> reads_;  // by offset
};

}  // namespace tilecast
