// What this machine has: read from the system, and measured.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"

namespace tilecast {

// Facts about a CPU that sampling, features and records use. Bytes are per core for L1 and L2, shared for L3.
struct Hardware {
  std::string cpu;  // model name as the system gives it
  int cores = 1;
  int vector_bytes = 16;  // widest vector registers
  int vector_registers = 16;
  std::int64_t cache_line_bytes = 64;
  std::int64_t l1_bytes = 32 << 10;
  std::int64_t l2_bytes = 1 << 20;
  std::int64_t l3_bytes = 16 << 20;
  std::string fingerprint;  // stable hash of all of the above; the measured numbers are not in it
  bool operator==(const Hardware&) const = default;
};

// Never fails: what cannot be read keeps its default.
Hardware probe_hardware();

nlohmann::json to_json(const Hardware& hardware);
Result<Hardware> hardware_from_json(const nlohmann::json& json);

// Measured with `threads` threads at once: the best of several rounds, about half a second together. Other work on the
// machine makes a round slower, never faster.
// fp32 multiply-adds on registers, two operations each, in GFLOP/s.
double measure_peak_gflops(int threads);
// Reading an array much larger than the last cache, in GB/s.
double measure_bandwidth_gbs(int threads);

// Both of these; 0: not measured.
struct MachinePeaks {
  double gflops = 0;
  double bandwidth_gbs = 0;
};
MachinePeaks measure_peaks(int threads);

// Where code runs: a machine, with how many threads, and what those reach there.
struct Machine {
  Hardware hardware;
  int threads = 1;
  MachinePeaks peaks;
};
// This one, measured now.
Machine measure_this_machine(int threads);

}  // namespace tilecast
