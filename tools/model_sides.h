// What comparisons of whole models are made of: a model compiled, its inputs, sides that take turns, and outputs that
// must agree.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/npy.h"
#include "profile/block_times.h"
#include "profile/peer_process.h"
#include "runtime/package/loaded_package.h"

namespace tilecast::tools {

// Runs a program to its end; returns the last line that it printed, which is the reason when it failed. What it prints
// goes to `log`.
Result<std::string> run_program(const std::filesystem::path& program, std::vector<std::string> arguments,
                                const std::filesystem::path& log);

struct CompileRequest {
  std::filesystem::path model;      // the ONNX file
  std::filesystem::path records;    // empty: default schedules
  std::vector<std::string> shapes;  // NAME=1,3,224,224
  int threads = 2;
};
// By `tilecast compile`, which stands beside this program, into `output`; what it prints goes to `log`.
Status compile_model(const CompileRequest& request, const std::filesystem::path& output,
                     const std::filesystem::path& log);

// A side that runs a compiled model whose inputs are set, and one that runs a peer's; each must outlive its side. The
// first two runs of a block do not count.
BlockSide package_side(std::string name, PackageInstance& instance);
BlockSide peer_side(PeerProcess& peer);

// In the order of the package's outputs.
struct ModelOutputs {
  std::string whose;
  std::vector<NpyArray> arrays;
};
// Of an instance's last run.
Result<ModelOutputs> package_outputs(std::string whose, const LoadedPackage& package, const PackageInstance& instance);
// Runs the peer, which leaves files in `directory`. Fails when it lacks an output of the package.
Result<ModelOutputs> peer_outputs(PeerProcess& peer, const LoadedPackage& package,
                                  const std::filesystem::path& directory);

// Of all outputs, the largest difference relative to an output's largest element. Fails when one is of another type or
// shape, and when the difference is above the tolerance.
Result<double> largest_difference(const LoadedPackage& package, const PackageInstance& instance,
                                  const ModelOutputs& want, double tolerance);

}  // namespace tilecast::tools
