#include "profile/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "base/stopwatch.h"

namespace tilecast {
namespace {

constexpr int kWarmupRuns = 2;

Status check_calls(const Manifest& manifest, const LoadedPackage& package) {
  const PackageFunctions& functions = package.functions();
  bool equal = functions.call_count(package.model()) == manifest.calls.size();
  for (std::size_t i = 0; equal && i < manifest.calls.size(); ++i) {
    equal = functions.call(package.model(), i)->name == manifest.calls[i].name;
  }
  if (equal) return Unit{};
  return Error{fmt::format("the manifest of {} is that of another model: compile it again", manifest.name)};
}

ProfileRow row_of(const Manifest& manifest, const ManifestCall& call) {
  const ManifestKernel& kernel = manifest.kernels[call.kernel];
  return {.name = call.name,
          .task = kernel.name,
          .operators = kernel.operators,
          .nodes = call.operators,
          .shape = kernel.shape,
          .tuned = kernel.seconds.has_value(),
          .flops = kernel.flops,
          .bytes = static_cast<double>(kernel.bytes_read + kernel.bytes_written)};
}

double total(const std::vector<ProfileRow>& rows, double ProfileRow::*member) {
  double sum = 0;
  for (const ProfileRow& row : rows) sum += row.*member;
  return sum;
}

}  // namespace

double Profile::calls_seconds() const {
  return total(rows, &ProfileRow::seconds);
}

double Profile::flops() const {
  return total(rows, &ProfileRow::flops);
}

Result<Profile> profile_model(const Manifest& manifest, const LoadedPackage& package, PackageInstance& instance,
                              int threads, int runs, const MachinePeaks& peaks) {
  using Clock = std::chrono::steady_clock;
  TILECAST_CHECK(check_calls(manifest, package));
  std::vector<double> whole;
  std::vector<double> overhead;
  std::vector<std::vector<double>> samples(manifest.calls.size());
  instance.set_timing(true);
  for (int run = 0; run < kWarmupRuns + runs; ++run) {
    const Clock::time_point start = Clock::now();
    TILECAST_CHECK(instance.run());
    const double seconds = seconds_since(start);
    if (run < kWarmupRuns) continue;
    whole.push_back(seconds);
    overhead.push_back(seconds);
    for (std::size_t call = 0; call < samples.size(); ++call) {
      samples[call].push_back(instance.call_seconds(call));
      overhead.back() -= samples[call].back();
    }
  }
  instance.set_timing(false);
  Profile profile{.model = manifest.name,
                  .threads = threads,
                  .runs = runs,
                  .run_seconds = median(whole),
                  .overhead_seconds = median(overhead),
                  .peak_gflops = peaks.gflops,
                  .bandwidth_gbs = peaks.bandwidth_gbs};
  for (std::size_t call = 0; call < samples.size(); ++call) {
    profile.rows.push_back(row_of(manifest, manifest.calls[call]));
    profile.rows.back().seconds = median(samples[call]);
  }
  return profile;
}

Profile by_task(const Profile& profile) {
  Profile result = profile;
  result.rows.clear();
  std::map<std::string, std::size_t> numbers;
  for (const ProfileRow& row : profile.rows) {
    const auto [known, is_new] = numbers.emplace(row.task, result.rows.size());
    if (is_new) {
      result.rows.push_back(row);
      result.rows.back().name = row.task;
      continue;
    }
    ProfileRow& sum = result.rows[known->second];
    sum.calls += row.calls;
    sum.seconds += row.seconds;
    sum.flops += row.flops;
    sum.bytes += row.bytes;
    sum.nodes.insert(sum.nodes.end(), row.nodes.begin(), row.nodes.end());
  }
  return result;
}

Profile by_time(Profile profile) {
  std::stable_sort(profile.rows.begin(), profile.rows.end(),
                   [](const ProfileRow& a, const ProfileRow& b) { return a.seconds > b.seconds; });
  return profile;
}

nlohmann::json to_json(const Profile& profile) {
  nlohmann::json rows = nlohmann::json::array();
  for (const ProfileRow& row : profile.rows) {
    rows.push_back({{"name", row.name},
                    {"task", row.task},
                    {"calls", row.calls},
                    {"operators", row.operators},
                    {"nodes", row.nodes},
                    {"shape", row.shape},
                    {"schedule", row.tuned ? "tuned" : "default"},
                    {"seconds", row.seconds},
                    {"share", profile.share(row)},
                    {"flops", row.flops},
                    {"gflops", row.gflops()},
                    {"share_of_peak", profile.share_of_peak(row)},
                    {"bytes", row.bytes},
                    {"gbs", row.gbs()}});
  }
  return {{"model", profile.model},
          {"threads", profile.threads},
          {"runs", profile.runs},
          {"run_seconds", profile.run_seconds},
          {"calls_seconds", profile.calls_seconds()},
          {"overhead_seconds", profile.overhead_seconds},
          {"peak_gflops", profile.peak_gflops},
          {"bandwidth_gbs", profile.bandwidth_gbs},
          {"rows", rows}};
}

}  // namespace tilecast
