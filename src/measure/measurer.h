// Measures candidates: builds them in warm worker processes, then runs them one at a time in another process, on an
// otherwise idle machine. Whatever a candidate does costs one record with an error, never the caller.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "measure/timing.h"
#include "record/measure_record.h"
#include "schedule/task_context.h"

namespace tilecast {

struct MeasureOptions {
  int threads = 2;            // of the measured kernel
  int builders = 2;           // processes that compile at once
  double build_timeout = 15;  // seconds, enforced by the parent
  double run_timeout = 10;
  std::int64_t memory_limit_bytes = std::int64_t{8} << 30;  // of a worker's address space beyond its start
  TimingOptions timing;                                     // its give_up_seconds follows from the best so far
  // A candidate slower than this times the best so far after its first samples is cut short.
  double cut_short_ratio = 2.0;
  // What the constants of all calls of a model take: between two calls of a kernel the others read theirs, and only
  // where all of them fit a cache does a call find its own there. 0: a kernel on its own, which finds what it left.
  std::int64_t constant_bytes = 0;
  std::function<bool()> cancelled;         // asked between candidates; true: those that are left are not reported
  double tolerance = 1e-3;                 // largest |got - want| / largest |want|
  std::filesystem::path worker_directory;  // where tilecast-builder and tilecast-runner are; empty: beside this program
};

// One candidate's outcome, without the fields that the measurer cannot know (origin, sketch, decisions).
using MeasureCallback = std::function<void(std::size_t index, const MeasureRecord& record)>;

class Measurer {
 public:
  // Starts the workers. Fails when they cannot be started.
  static Result<std::unique_ptr<Measurer>> create(MeasureOptions options);
  virtual ~Measurer() = default;

  // Measures each trajectory; `best_seconds` is the task's best so far (infinity: none). The callback is called once
  // for each, in the order in which they finish, on the calling thread. Reference results of a task are computed once.
  // Fails only when measuring itself is impossible (no worker starts, no space left for files).
  virtual Status measure(const TaskContext& task, std::span<const Trajectory> trajectories, double best_seconds,
                         const MeasureCallback& done) = 0;
};

}  // namespace tilecast
