// MachineState: how fast the machine was at a moment. Shared machines change while hundreds of programs are measured;
// what a record's time is worth shows next to what the same machine reached on fixed work just before.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/hardware.h"
#include "base/result.h"

namespace tilecast {

struct MachineState {
  std::string hardware;  // Hardware::fingerprint
  int threads = 1;       // that did the fixed work
  double timestamp = 0;  // seconds since 1970
  double peak_gflops = 0;
  double bandwidth_gbs = 0;  // reading memory
  bool operator==(const MachineState&) const = default;
};

// Measures it now: about a second with all threads busy.
MachineState measure_machine_state(const Hardware& hardware, int threads);

nlohmann::json to_json(const MachineState& state);
Result<MachineState> machine_state_from_json(const nlohmann::json& json);

}  // namespace tilecast
