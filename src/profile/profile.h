// Where a compiled model's time goes: every call of a kernel timed while the model runs.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "base/result.h"
#include "runtime/package/loaded_package.h"
#include "runtime/package/manifest.h"

namespace tilecast {

// One call, or all calls of one task together.
struct ProfileRow {
  std::string name;  // of the call, or of the task
  std::string task;
  int calls = 1;
  std::vector<std::string> operators;  // Tilecast's, of one call
  std::vector<std::string> nodes;      // names of the model's operators, of all calls
  Shape shape;                         // of the result
  bool tuned = false;                  // or the default schedule
  // Of all calls together. `seconds` is the sum of their medians; `bytes` those of the tensors that they read and
  // write.
  double seconds = 0;
  double flops = 0;
  double bytes = 0;

  double gflops() const { return seconds > 0 ? flops / seconds / 1e9 : 0; }
  double gbs() const { return seconds > 0 ? bytes / seconds / 1e9 : 0; }
};

struct Profile {
  std::string model;
  int threads = 0;
  int runs = 0;
  // Medians over the same runs: of the whole run, and of what it takes beyond its calls. On a machine that others use a
  // run is longer than the two together: few runs are disturbed in the same call, most of them in some call.
  double run_seconds = 0;
  double overhead_seconds = 0;
  double peak_gflops = 0;    // measured with as many threads, as is the bandwidth
  double bandwidth_gbs = 0;  // of reading memory
  std::vector<ProfileRow> rows;

  // The sum of all rows.
  double calls_seconds() const;
  double flops() const;
  // A row's part of that sum.
  double share(const ProfileRow& row) const { return row.seconds > 0 ? row.seconds / calls_seconds() : 0; }
  double share_of_peak(const ProfileRow& row) const { return peak_gflops > 0 ? row.gflops() / peak_gflops : 0; }
};

// Runs the instance, whose inputs are set, `runs` times after two that do not count; one row a call, in the order of
// execution. `peaks`: what it is held against. Fails when a run fails, or when the manifest is not that of the package.
Result<Profile> profile_model(const Manifest& manifest, const LoadedPackage& package, PackageInstance& instance,
                              int threads, int runs, const MachinePeaks& peaks);

// One row a task, in the order of their first calls.
Profile by_task(const Profile& profile);
// The row that takes the most time first.
Profile by_time(Profile profile);

nlohmann::json to_json(const Profile& profile);

}  // namespace tilecast
