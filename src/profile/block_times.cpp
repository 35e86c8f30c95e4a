#include "profile/block_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/process_use.h"
#include "base/statistics.h"
#include "base/stopwatch.h"

namespace tilecast {
namespace {

using Clock = std::chrono::steady_clock;

// Less than this part of a core, for so long, is idle: what a thread takes that wakes and finds nothing to do.
constexpr double kIdleShare = 0.02;
constexpr auto kIdleTime = std::chrono::milliseconds(50);

Status wait_until_idle(const BlockSide& side, double longest_wait) {
  const Clock::time_point begin = Clock::now();
  while (seconds_since(begin) < longest_wait) {
    const Clock::time_point start = Clock::now();
    const double used = process_cpu_seconds(side.process);
    std::this_thread::sleep_for(kIdleTime);
    if (process_cpu_seconds(side.process) - used < kIdleShare * seconds_since(start)) return Unit{};
  }
  return Error{
      fmt::format("{} still computes {} s after its last run: it cannot be compared", side.name, longest_wait)};
}

// Of all processes but the one whose turn it is.
double cpu_seconds_of_others(std::span<const BlockSide> sides, std::size_t turn) {
  std::set<pid_t> others;
  for (const BlockSide& side : sides) others.insert(side.process);
  others.erase(sides[turn].process);
  double seconds = 0;
  for (const pid_t process : others) seconds += process_cpu_seconds(process);
  return seconds;
}

Status run_block(std::span<const BlockSide> sides, std::size_t turn, const BlockOptions& options, BlockTimes& times) {
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (i != turn) TILECAST_CHECK(wait_until_idle(sides[i], options.longest_wait));
  }
  const Clock::time_point start = Clock::now();
  const double used = cpu_seconds_of_others(sides, turn);
  TILECAST_TRY(std::vector<double> block, sides[turn].run(options.runs));
  times.disturbance = std::max(times.disturbance, (cpu_seconds_of_others(sides, turn) - used) / seconds_since(start));
  times.sides[turn].push_back(std::move(block));
  return Unit{};
}

}  // namespace

double median_of(const BlockSamples& blocks) {
  std::vector<double> samples;
  for (const std::vector<double>& block : blocks) samples.insert(samples.end(), block.begin(), block.end());
  return median(samples);
}

std::vector<double> BlockTimes::block_ratios_to(std::size_t side) const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < sides[0].size(); ++i) ratios.push_back(median(sides[0][i]) / median(sides[side][i]));
  return ratios;
}

Result<BlockTimes> alternate(std::span<const BlockSide> sides, const BlockOptions& options) {
  BlockTimes times{.sides = std::vector<BlockSamples>(sides.size())};
  for (int block = 0; block < options.blocks; ++block) {
    if (options.stopped()) return Error{"stopped"};
    for (std::size_t turn = 0; turn < sides.size(); ++turn) {
      TILECAST_CHECK(run_block(sides, turn, options, times));
    }
  }
  return times;
}

}  // namespace tilecast
