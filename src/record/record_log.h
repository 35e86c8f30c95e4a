// The record log: JSON lines, append-only. A line is {"type":"task",…} (the first time that a task is seen), {"type":
// "hardware",…}, {"type":"record",…} or {"type":"machine",…}. Readers skip and count types that they do not know, as
// those from before "machine" do with it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "ir/task.h"
#include "record/machine_state.h"
#include "record/measure_record.h"

namespace tilecast {

// What a log holds. Lines that cannot be read are counted, the first one explained ("FILE:LINE: reason").
struct RecordSet {
  std::map<std::string, Task> tasks;         // by key
  std::map<std::string, Hardware> hardware;  // by fingerprint
  std::vector<MeasureRecord> records;        // in order
  std::vector<MachineState> machine_states;  // in order
  int skipped_lines = 0;
  std::string first_skipped;
};

// Fails when the file cannot be opened or is of another version; a log cut off mid-line loses that line only.
Result<RecordSet> read_record_log(const std::filesystem::path& file);

// Appends to a log, whole lines with one write each, so that a kill loses the line being written at most. Opening a log
// whose last line was cut off ends that line first. A full disk is an Error from append, and what was there stays.
class RecordLog {
 public:
  static Result<RecordLog> open(const std::filesystem::path& file);
  RecordLog(RecordLog&&) noexcept;
  RecordLog& operator=(RecordLog&&) noexcept;
  ~RecordLog();

  // What the log held when it was opened; to be taken once.
  RecordSet take_contents();

  // Writes the task or hardware unless this log already holds it.
  Status add_task(const Task& task);
  Status add_hardware(const Hardware& hardware);
  Status append(const MeasureRecord& record);
  Status append(const MachineState& state);

 private:
  struct Impl;
  explicit RecordLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The records of a task that were measured on this hardware with as many threads, in order.
std::vector<MeasureRecord> records_of(const RecordSet& set, const std::string& task_key, const std::string& fingerprint,
                                      int threads);

// The records of each task (by key) that were measured with `threads` threads (0: any), in order: those of the hardware
// with this fingerprint or, where there are none, all others.
std::map<std::string, std::vector<MeasureRecord>> records_by_task(const RecordSet& set, int threads = 0,
                                                                  const std::string& fingerprint = {});
// The fastest of each task; no task may be without records.
std::map<std::string, MeasureRecord> fastest_records(const std::map<std::string, std::vector<MeasureRecord>>& records);
// The fastest of records_by_task(): a record of the hardware with this fingerprint comes before all others, since times
// on two machines do not compare.
std::map<std::string, MeasureRecord> best_records(const RecordSet& set, int threads = 0,
                                                  const std::string& fingerprint = {});

}  // namespace tilecast
