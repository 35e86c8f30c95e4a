// Programs timed in turns, so that all see the same machine.
#pragma once

#include <sys/types.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace tilecast {

struct BlockSide {
  std::string name;
  pid_t process = 0;  // that computes it; several sides may share one
  // The seconds of each of `runs` runs, after some that do not count.
  std::function<Result<std::vector<double>>(int runs)> run;
};

struct BlockOptions {
  int blocks = 10;          // how often each side has its turn
  int runs = 5;             // in a block
  double longest_wait = 5;  // seconds for a side to come to rest
  std::function<bool()> stopped = [] { return false; };
};

// Seconds: one list of samples a block.
using BlockSamples = std::vector<std::vector<double>>;
// Of the samples of all blocks, of which there must be one.
double median_of(const BlockSamples& blocks);

struct BlockTimes {
  std::vector<BlockSamples> sides;  // in the order in which they were given
  // The largest part of a block in which the processes of other sides were computing: 1 is one core all the time. What
  // sides of one process do in each other's blocks is not seen.
  double disturbance = 0;

  // Of all samples of a side.
  double median_of(std::size_t side) const { return tilecast::median_of(sides[side]); }
  // Median of the first side over that of another, of all samples, and of each block by itself.
  double ratio_to(std::size_t side) const { return median_of(0) / median_of(side); }
  std::vector<double> block_ratios_to(std::size_t side) const;
};

// A block begins when the other sides have been idle for a moment: runtimes let their threads spin after a run. Fails
// when a run fails, when a side does not come to rest, and when `stopped` says so.
Result<BlockTimes> alternate(std::span<const BlockSide> sides, const BlockOptions& options);

}  // namespace tilecast
