// Gathers measured programs of many tasks for a dataset: the same number of each task, half of them random, half
// proposed by a search that learns from the task's records, so that good programs are well represented.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "ir/task.h"
#include "measure/measurer.h"
#include "record/machine_state.h"
#include "tuner/tuner.h"

namespace tilecast {

struct CollectOptions {
  // Holds a record log a task, KEY.jsonl, and the states of the machine in machine.jsonl. It is made if need be. A run
  // goes on from what is there, whenever the last one ended; nothing is measured twice.
  std::filesystem::path directory;
  // Ends when the directory holds this many programs of these tasks (measured on this hardware with as many threads),
  // or after this many seconds.
  std::int64_t programs = std::numeric_limits<std::int64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
  int round = 10;  // programs of a task measured at once
  int threads = 2;
  std::uint64_t seed = 0;
  // How many programs of a task (by key) other directories gave already: those with the fewest altogether come first,
  // and random numbers go on from there.
  std::map<std::string, std::int64_t> known = {};
  double probe_seconds = 180;  // between two measurements of the machine's state
};

struct CollectProgress {
  std::size_t tasks = 0;
  std::size_t tasks_begun = 0;                                    // with a program at least
  std::int64_t programs = 0;                                      // in the directory
  std::int64_t measured = 0;                                      // by this run
  std::int64_t errors = 0;                                        // of those
  double seconds = 0;                                             // of this run
  std::string task;                                               // the name of the current one
  std::int64_t task_programs = 0;                                 // of the current one
  double best_seconds = std::numeric_limits<double>::infinity();  // of the current one
  TuneTimes times;                                                // of the rounds that are complete
  std::vector<std::string> failures;                              // tasks that this run gave up, with the reason
  bool interrupted = false;
};

struct CollectHooks {
  // Starts the workers; asked again after each measurement of the machine's state, so that neither the workers' memory
  // nor the tasks' files grow with the run.
  std::function<Result<std::unique_ptr<Measurer>>()> make_measurer;
  std::function<MachineState()> measure_machine;
  std::function<void(const CollectProgress&)> on_progress;  // after each measured program
  std::function<bool()> cancelled;                          // asked often; true ends the run in order
};

// Options of a measurer for this: large numbers of programs, each somewhat less exactly than when tuning.
MeasureOptions collect_measure_options(int threads);

// Works on the task with the fewest programs until the budget is spent. A task whose space holds no more candidates is
// left; so is one that cannot be measured at all, which is then among the failures. Errors are of the directory and of
// the machine: workers that do not start, a full disk, or several tasks in a row that cannot be measured.
Result<CollectProgress> collect(std::span<const Task> tasks, const CollectOptions& options, const Hardware& hardware,
                                const CollectHooks& hooks);

}  // namespace tilecast
