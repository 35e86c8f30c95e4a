// tilecast probe: what this machine has, and what it reaches.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/hardware.h"
#include "commands.h"

namespace tilecast::tools {
namespace {

struct ProbeOptions {
  int threads = 0;
  bool json = false;
};

int probe(const ProbeOptions& options) {
  const Hardware hardware = probe_hardware();
  const int threads = options.threads > 0 ? options.threads : hardware.cores;
  const MachinePeaks peaks = measure_peaks(threads);
  fmt::print("{}\n{} cores, vectors of {} bytes, {} vector registers\n", hardware.cpu, hardware.cores,
             hardware.vector_bytes, hardware.vector_registers);
  fmt::print("caches: L1 {} KiB, L2 {} KiB a core, L3 {} KiB, lines of {} bytes\n", hardware.l1_bytes >> 10,
             hardware.l2_bytes >> 10, hardware.l3_bytes >> 10, hardware.cache_line_bytes);
  fmt::print("measured with {} threads: {:.1f} GFLOP/s (fp32 multiply-add), {:.1f} GB/s (reading memory)\n", threads,
             peaks.gflops, peaks.bandwidth_gbs);
  if (options.json) {
    nlohmann::json json = to_json(hardware);
    json["threads"] = threads;
    json["peak_gflops"] = peaks.gflops;
    json["bandwidth_gbs"] = peaks.bandwidth_gbs;
    fmt::print("{}\n", json.dump());
  }
  return 0;
}

}  // namespace

void add_probe_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<ProbeOptions>();
  CLI::App* command = app.add_subcommand("probe", "Print this machine's hardware and its measured peak.");
  command->add_option("--threads", options->threads, "threads that measure (all cores)")->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "end with one JSON object");
  command->callback([options, &exit_code] { exit_code = probe(*options); });
}

}  // namespace tilecast::tools
