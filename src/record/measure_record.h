// MeasureRecord: one measured candidate.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schedule/action.h"

namespace tilecast {

// Why a candidate has no latency. The names are written in records: append only.
enum class MeasureErrorKind : std::uint8_t {
  kNone,          // measured
  kIllegal,       // the trajectory does not apply to the task
  kCompileError,  // Halide or LLVM refused it
  kCompileTimeout,
  kCompileCrash,  // the builder died
  kRunCrash,      // the runner died of a signal
  kRunTimeout,    // it did not end in time
  kOutOfMemory,   // building or running went over the memory limit
  kRunError,      // the kernel returned an error code
  kWrongResult,   // differs from the reference
};
std::string_view measure_error_name(MeasureErrorKind kind);

inline constexpr int kRecordFormatVersion = 1;

struct MeasureRecord {
  std::string task_key;
  std::string hardware;  // Hardware::fingerprint
  int threads = 1;
  Trajectory trajectory;
  std::vector<double> latencies;  // seconds a call, every sample; empty on error
  MeasureErrorKind error = MeasureErrorKind::kNone;
  std::string message;  // with an error: one line
  double build_seconds = 0;
  double run_seconds = 0;
  double timestamp = 0;    // seconds since 1970
  bool cut_short = false;  // stopped early since it clearly lost; the samples are fewer
  bool disturbed = false;  // other programs ran on the machine: its time may be too long
  // Where the candidate came from, so that a resumed search can go on from it: number of the sketch and its decisions.
  std::string origin;  // "random", "mutation", "crossover", "default", …
  int sketch = -1;
  std::vector<std::int32_t> decisions;

  bool ok() const { return error == MeasureErrorKind::kNone; }
  // Median of the samples; only when ok().
  double seconds() const;
  bool operator==(const MeasureRecord&) const = default;
};

nlohmann::json to_json(const MeasureRecord& record);
// Refuses other versions of format or actions with a reason that names both.
Result<MeasureRecord> measure_record_from_json(const nlohmann::json& json);

}  // namespace tilecast
