#include "runtime/package/package.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/child_process.h"
#include "base/temp_directory.h"
#include "base/text_file.h"
#include "runtime/package/execution_plan.h"
#include "runtime/package/manifest.h"
#include "runtime/package/plan_source.h"
#include "runtime/package/staged_directory.h"
#include "runtime/plan.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;

constexpr double kToolSeconds = 600;
constexpr const char* kHeader = "tilecast/runtime.h";

// Runs one of the system's programs; what it says goes to a file in `work`.
Status run_tool(const std::string& program, std::vector<std::string> arguments, const fs::path& work) {
  const fs::path log = work / (program + ".log");
  arguments.insert(arguments.begin(), program);
  TILECAST_TRY(ChildProcess child,
               ChildProcess::spawn({.program = "/usr/bin/env", .arguments = std::move(arguments), .log_file = log}));
  const auto status = child.wait(deadline_after(kToolSeconds));
  if (status == ExitStatus{}) return Unit{};
  constexpr int kNotFound = 127;
  if (status && status->exit_code == kNotFound) {
    return Error{fmt::format("the system's compiler '{}' is needed: install gcc or clang", program)};
  }
  return Error{
      fmt::format("'{}' failed ({}): {}", program, status ? to_text(*status) : "no end in sight", first_line_of(log))};
}

Status copy_into(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, error);
  if (error) return Error{fmt::format("cannot copy {} to {}: {}", from.string(), to.string(), error.message())};
  return Unit{};
}

// Compiles the tables and links everything into one shared object that needs nothing but the system's C library.
Status link_model(const std::string& source, std::span<const KernelObject> kernels, const fs::path& share,
                  const fs::path& work, const fs::path& library) {
  const fs::path plan = work / "plan.c";
  const fs::path object = work / "plan.o";
  TILECAST_CHECK(write_text(plan, source));
  TILECAST_CHECK(run_tool(
      "cc", {"-std=c99", "-O2", "-fPIC", "-I", share.string(), "-c", plan.string(), "-o", object.string()}, work));
  std::vector<std::string> arguments{"-shared", "-o", library.string(), object.string()};
  for (const KernelObject& kernel : kernels) arguments.push_back(kernel.object_file.string());
  arguments.insert(arguments.end(),
                   {(share / "libtilecast_runtime.a").string(), "-static-libstdc++", "-static-libgcc", "-pthread",
                    "-lm", "-Wl,--as-needed", "-Wl,-Bsymbolic", "-Wl,--gc-sections", "-Wl,-z,defs", "-Wl,-z,relro",
                    "-Wl,--version-script=" + (share / "exports.map").string()});
  return run_tool("c++", std::move(arguments), work);
}

}  // namespace

Result<PackageSummary> write_package(const ImportedModel& model, std::span<const KernelSchedule> schedules,
                                     const PackageOptions& options, const fs::path& directory) {
  const fs::path programs = options.program_directory.empty() ? directory_of_this_program() : options.program_directory;
  const fs::path share = programs / "share";
  TILECAST_TRY(StagedDirectory staged, StagedDirectory::create(directory, kManifestFile));
  TILECAST_TRY(const TempDirectory work, TempDirectory::create("tilecast-compile"));

  const ConcatPlacement placement = place_concatenations(model);
  const KernelVariants variants = choose_kernels(model, placement);
  std::vector<KernelBuild> builds;
  for (const KernelVariant& kernel : variants.kernels) {
    builds.push_back({&model.partition.tasks[kernel.task].task, &schedules[kernel.task].trajectory, kernel.strides});
  }
  TILECAST_TRY(const std::vector<KernelObject> kernels,
               build_kernels(builds, options.builders, programs / "tilecast-builder", work.path()));
  TILECAST_TRY(WeightsFile file, WeightsFile::create(staged.path() / TILECAST_WEIGHTS_FILE));
  TILECAST_TRY(const ExecutionPlan plan, make_execution_plan(model, placement, variants, kernels, file));
  TILECAST_TRY(const WeightsFile::Summary weights, file.finish());
  TILECAST_CHECK(link_model(plan_source(plan, kernels, options.name, weights), kernels, share, work.path(),
                            staged.path() / kModelLibrary));
  TILECAST_CHECK(copy_into(share / kHeader, staged.path() / kHeader));
  TILECAST_CHECK(write_text(staged.path() / kManifestFile,
                            manifest_json(model, schedules, options, plan, weights).dump(1) + "\n"));
  TILECAST_CHECK(staged.publish());
  return PackageSummary{.arena_bytes = plan.arena_bytes,
                        .weights_bytes = weights.bytes,
                        .kernels = kernels.size(),
                        .calls = plan.steps.size(),
                        .in_place = plan.in_place.size()};
}

}  // namespace tilecast
