// Two programs timed in turns, so that both see the same machine.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tilecast {

struct BlockSide {
  std::string name;
  pid_t process = 0;  // that computes it; two sides have two processes
  // The seconds of each of `runs` runs, after some that do not count.
  std::function<Result<std::vector<double>>(int runs)> run;
};

struct BlockOptions {
  int blocks = 10;          // how often each side has its turn
  int runs = 5;             // in a block
  double longest_wait = 5;  // seconds for a side to come to rest
  std::function<bool()> stopped = [] { return false; };
};

struct BlockTimes {
  std::vector<std::vector<double>> first;  // seconds: one list of samples a block
  std::vector<std::vector<double>> second;
  // The largest part of a block in which the other side was computing: 1 is one core all the time.
  double disturbance = 0;

  double first_median() const;
  double second_median() const;
  // Median of the first over median of the second, of all samples, and of each block by itself.
  double ratio() const { return first_median() / second_median(); }
  std::vector<double> block_ratios() const;
};

// A block begins when the other side has been idle for a moment: runtimes let their threads spin after a run. Fails
// when a run fails, when a side does not come to rest, and when `stopped` says so.
Result<BlockTimes> alternate(const BlockSide& first, const BlockSide& second, const BlockOptions& options);

}  // namespace tilecast
