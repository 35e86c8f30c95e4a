#include "profile/block_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/process_use.h"
#include "base/statistics.h"

namespace tilecast {
namespace {

using Clock = std::chrono::steady_clock;

// Less than this part of a core, for so long, is idle: what a thread takes that wakes and finds nothing to do.
constexpr double kIdleShare = 0.02;
constexpr auto kIdleTime = std::chrono::milliseconds(50);

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

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

Status run_block(const BlockSide& side, const BlockSide& other, const BlockOptions& options,
                 std::vector<std::vector<double>>& samples, double& disturbance) {
  TILECAST_CHECK(wait_until_idle(other, options.longest_wait));
  const Clock::time_point start = Clock::now();
  const double used = process_cpu_seconds(other.process);
  TILECAST_TRY(std::vector<double> block, side.run(options.runs));
  disturbance = std::max(disturbance, (process_cpu_seconds(other.process) - used) / seconds_since(start));
  samples.push_back(std::move(block));
  return Unit{};
}

double median_of_all(const std::vector<std::vector<double>>& blocks) {
  std::vector<double> samples;
  for (const std::vector<double>& block : blocks) samples.insert(samples.end(), block.begin(), block.end());
  return median(samples);
}

}  // namespace

double BlockTimes::first_median() const {
  return median_of_all(first);
}

double BlockTimes::second_median() const {
  return median_of_all(second);
}

std::vector<double> BlockTimes::block_ratios() const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < first.size(); ++i) ratios.push_back(median(first[i]) / median(second[i]));
  return ratios;
}

Result<BlockTimes> alternate(const BlockSide& first, const BlockSide& second, const BlockOptions& options) {
  BlockTimes times;
  for (int block = 0; block < options.blocks; ++block) {
    if (options.stopped()) return Error{"stopped"};
    TILECAST_CHECK(run_block(first, second, options, times.first, times.disturbance));
    TILECAST_CHECK(run_block(second, first, options, times.second, times.disturbance));
  }
  return times;
}

}  // namespace tilecast
