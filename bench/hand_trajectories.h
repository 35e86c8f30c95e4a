// The hand-written schedules that the space must contain, as trajectories: three 3x3 convolutions and a matrix product.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "ir/task.h"
#include "schedule/action.h"

namespace tilecast::bench {

// A register tile of `channels` x `columns` accumulators; weights packed by blocks of `channels`.
struct HandSchedule {
  std::string name;
  Task task;
  Trajectory trajectory;
  std::int64_t size = 0;          // convolution: rows and columns. matrix product: rows
  std::int64_t in_channels = 0;   // matrix product: k
  std::int64_t out_channels = 0;  // matrix product: columns
  std::int64_t tile_channels = 64;
  std::int64_t tile_columns = 7;
  bool parallel_channels = false;  // blocks of channels in parallel, else rows
};

inline void PrintTo(const HandSchedule& hand, std::ostream* out) {
  *out << hand.name;
}

std::vector<HandSchedule> hand_schedules();

}  // namespace tilecast::bench
