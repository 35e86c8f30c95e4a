// manifest.json of a package: what is inside, for people and for what describes compiled models (profile/).
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "frontend/import.h"
#include "runtime/package/execution_plan.h"
#include "runtime/package/package.h"

namespace tilecast {

// 2: calls by name with the operators of the model that they compute; operators, shape and bytes of kernels.
inline constexpr int kPackageFormatVersion = 2;
inline constexpr const char* kManifestFile = "manifest.json";

// The kernel of one task.
struct ManifestKernel {
  std::string key;  // the task's, as are name and flops
  std::string name;
  std::vector<std::string> operators;  // Tilecast's (docs/operators.md), in order
  Shape shape;                         // of the result
  double flops = 0;                    // of one call
  // Of the tensors that one call reads and writes, each once; of a tensor that is only gathered or sliced from, what is
  // taken.
  std::int64_t bytes_read = 0;
  std::int64_t bytes_written = 0;
  std::optional<double> seconds;  // as the tuner measured it; nothing: the default schedule
};

struct ManifestCall {
  std::string name;                    // as in tilecast_call_info
  std::size_t kernel = 0;              // index into Manifest::kernels
  std::vector<std::string> operators;  // names of the model's operators that it computes
};

struct Manifest {
  std::string name;  // of the model
  int threads = 0;   // that the schedules were made for
  std::vector<ManifestKernel> kernels;
  std::vector<ManifestCall> calls;  // in the order of a run
};

// Kernels and calls are those of a run. "in_place" names the concatenations that no call computes. A kernel's
// "function" is that for dense arguments, in a call of other strides the beginning of its name.
nlohmann::json manifest_json(const ImportedModel& model, std::span<const KernelSchedule> schedules,
                             const PackageOptions& options, const ExecutionPlan& plan,
                             const WeightsFile::Summary& weights);

// Fails when `directory` has no manifest, or one that was written by another version of Tilecast or is damaged.
Result<Manifest> read_manifest(const std::filesystem::path& directory);

}  // namespace tilecast
