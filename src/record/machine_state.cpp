#include "record/machine_state.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace tilecast {

MachineState measure_machine_state(const Hardware& hardware, int threads) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const MachinePeaks peaks = measure_peaks(threads);
  return {.hardware = hardware.fingerprint,
          .threads = threads,
          .timestamp = std::chrono::duration<double>(now).count(),
          .peak_gflops = peaks.gflops,
          .bandwidth_gbs = peaks.bandwidth_gbs};
}

nlohmann::json to_json(const MachineState& state) {
  return {{"hardware", state.hardware},
          {"threads", state.threads},
          {"timestamp", state.timestamp},
          {"peak_gflops", state.peak_gflops},
          {"bandwidth_gbs", state.bandwidth_gbs}};
}

Result<MachineState> machine_state_from_json(const nlohmann::json& json) {
  MachineState state;
  try {
    json.at("hardware").get_to(state.hardware);
    json.at("threads").get_to(state.threads);
    json.at("timestamp").get_to(state.timestamp);
    json.at("peak_gflops").get_to(state.peak_gflops);
    json.at("bandwidth_gbs").get_to(state.bandwidth_gbs);
  } catch (const nlohmann::json::exception& error) {
    return Error{fmt::format("not a state of a machine: {}", error.what())};
  }
  return state;
}

}  // namespace tilecast
