// What the measurer and its workers say to each other: JSON in a MessageChannel.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/task.h"
#include "measure/timing.h"
#include "record/measure_record.h"
#include "schedule/action.h"
#include "schedule/packing.h"

namespace tilecast {

// The exit code of a worker that ran out of memory.
inline constexpr int kOutOfMemoryExit = 77;
// The first message of a worker: it is ready.
inline constexpr const char* kWorkerReady = "ready";

// A kernel's argument: element type, extents innermost first as the task has them, and how a constant is taken.
struct ArgumentSpec {
  DataType type = DataType::kFloat32;
  std::vector<std::int64_t> extents;
  ConstantLayout layout = {};
};

struct BuildRequest {
  Task task;
  Trajectory trajectory;
  std::string file;                 // to write
  bool object_only = false;         // an object file instead of a shared object
  std::string function = "kernel";  // as in CodegenOptions, like the strides
  std::vector<std::vector<std::int64_t>> strides = {};
};

struct BuildReply {
  MeasureErrorKind error = MeasureErrorKind::kNone;
  std::string message;
  std::vector<ArgumentSpec> inputs;
  ArgumentSpec output;
};

struct RunRequest {
  std::string task_key;  // runs of the same task share their input data
  std::string shared_object;
  std::vector<ArgumentSpec> inputs;
  ArgumentSpec output;
  std::vector<std::size_t> constants;  // which of the inputs are
  // Calls take turns with copies of the constants, see copies_of_constants.
  std::int64_t constant_bytes = 0;
  int threads = 1;
  // The output's elements as bytes: written when `write_reference`, else compared with.
  std::string reference_file;
  bool write_reference = false;
  double tolerance = 1e-3;
  TimingOptions timing;
};

// How many copies of a kernel's constants, of `kernel_bytes` each, take `constant_bytes` at least; 1 at least, 1,024 at
// most. Rounded up: a kernel whose constants are a little smaller than the last caches would find half of them there.
std::size_t copies_of_constants(std::size_t kernel_bytes, std::int64_t constant_bytes);

struct RunReply {
  MeasureErrorKind error = MeasureErrorKind::kNone;
  std::string message;
  Timing timing;
};

nlohmann::json to_json(const BuildRequest& request);
nlohmann::json to_json(const BuildReply& reply);
nlohmann::json to_json(const RunRequest& request);
nlohmann::json to_json(const RunReply& reply);
Result<BuildRequest> build_request_from_json(const nlohmann::json& json);
Result<BuildReply> build_reply_from_json(const nlohmann::json& json);
Result<RunRequest> run_request_from_json(const nlohmann::json& json);
Result<RunReply> run_reply_from_json(const nlohmann::json& json);

}  // namespace tilecast
