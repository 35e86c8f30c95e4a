// Writes what Tilecast ships: a directory with one shared object, a C header, weights and a manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"
#include "frontend/import.h"
#include "runtime/package/schedules.h"

namespace tilecast {

// The shared object in a package.
inline constexpr const char* kModelLibrary = "libtilecast_model.so";

struct PackageOptions {
  std::string name;  // of the model, for people
  int threads = 2;   // that the schedules were made for
  int builders = 2;  // processes that compile at once
  // Where tilecast-builder and the folder share/ (runtime, headers) are; empty: beside this program.
  std::filesystem::path program_directory;
};

struct PackageSummary {
  std::int64_t arena_bytes = 0;  // of one instance
  std::int64_t weights_bytes = 0;
  std::size_t kernels = 0;
  std::size_t calls = 0;     // of a run
  std::size_t in_place = 0;  // concatenations that no call computes: their operands are written where they belong
};

// `schedules`: one a task of the partition. The directory appears when all is written, in place of an earlier package
// of that name; a failure leaves that one as it was. Fails when a kernel does not compile, the system's compiler `cc`
// or `c++` is missing or refuses, a file cannot be written, or `directory` holds something other than a package.
Result<PackageSummary> write_package(const ImportedModel& model, std::span<const KernelSchedule> schedules,
                                     const PackageOptions& options, const std::filesystem::path& directory);

}  // namespace tilecast
