#include "model_sides.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/child_process.h"
#include "base/stopwatch.h"
#include "base/text_file.h"
#include "measure/input_data.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

constexpr double kProgramSeconds = 3600;
// Runs at the start of a block that do not count.
constexpr int kWarmup = 2;

Result<std::vector<double>> time_runs(PackageInstance& instance, int runs) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> samples;
  for (int i = 0; i < kWarmup + runs; ++i) {
    const Clock::time_point start = Clock::now();
    TILECAST_CHECK(instance.run());
    samples.push_back(seconds_since(start));
  }
  samples.erase(samples.begin(), samples.begin() + kWarmup);
  return samples;
}

}  // namespace

Result<std::string> run_program(const fs::path& program, std::vector<std::string> arguments, const fs::path& log) {
  TILECAST_TRY(ChildProcess child,
               ChildProcess::spawn({.program = program, .arguments = std::move(arguments), .log_file = log}));
  const auto status = child.wait(deadline_after(kProgramSeconds));
  std::string line = last_line_of(log);
  if (status == ExitStatus{}) return line;
  constexpr std::string_view kPrefix = "tilecast: ";
  if (line.starts_with(kPrefix)) line.erase(0, kPrefix.size());
  if (!line.empty()) return Error{line};
  return Error{fmt::format("{}: {}", program.string(), status ? to_text(*status) : "no end in sight")};
}

Status compile_model(const CompileRequest& request, const fs::path& output, const fs::path& log) {
  std::vector<std::string> arguments{
      "compile", request.model.string(), "-o", output.string(), "--threads", fmt::format("{}", request.threads)};
  if (!request.records.empty()) arguments.insert(arguments.end(), {"--records", request.records.string()});
  for (const std::string& shape : request.shapes) arguments.insert(arguments.end(), {"--shape", shape});
  TILECAST_CHECK(run_program(directory_of_this_program() / "tilecast", std::move(arguments), log));
  return Unit{};
}

BlockSide package_side(std::string name, PackageInstance& instance) {
  return {std::move(name), ::getpid(), [&instance](int runs) { return time_runs(instance, runs); }};
}

BlockSide peer_side(PeerProcess& peer) {
  return {peer.name(), peer.pid(), [&peer](int runs) { return peer.run(kWarmup, runs); }};
}

Result<ModelOutputs> package_outputs(std::string whose, const LoadedPackage& package, const PackageInstance& instance) {
  ModelOutputs outputs{.whose = std::move(whose)};
  const std::vector<PackageTensor> tensors = package.outputs();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    TILECAST_TRY(std::vector<std::byte> bytes, instance.output(i));
    outputs.arrays.push_back({tensors[i].type, std::move(bytes)});
  }
  return outputs;
}

Result<ModelOutputs> peer_outputs(PeerProcess& peer, const LoadedPackage& package, const fs::path& directory) {
  ModelOutputs outputs{.whose = peer.name()};
  TILECAST_TRY(const TensorFiles files, peer.write_outputs(directory));
  for (const PackageTensor& tensor : package.outputs()) {
    const auto file = files.find(tensor.name);
    if (file == files.end()) return Error{fmt::format("{}'s model has no output {}", peer.name(), tensor.name)};
    TILECAST_TRY(NpyArray array, read_npy(file->second));
    outputs.arrays.push_back(std::move(array));
  }
  return outputs;
}

Result<double> largest_difference(const LoadedPackage& package, const PackageInstance& instance,
                                  const ModelOutputs& want, double tolerance) {
  const std::vector<PackageTensor> tensors = package.outputs();
  double largest = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, type] = tensors[i];
    const NpyArray& array = want.arrays[i];
    if (array.type != type) {
      return Error{fmt::format("output {} is {}, {}'s {}", name, shape_to_string(type.shape), want.whose,
                               shape_to_string(array.type.shape))};
    }
    TILECAST_TRY(const std::vector<std::byte> got, instance.output(i));
    const double difference = relative_difference(type.dtype, got.data(), array.bytes.data(), got.size());
    if (!(difference <= tolerance)) {
      return Error{
          fmt::format("output {} differs from {}'s by {:.3g} of its largest element", name, want.whose, difference)};
    }
    largest = std::max(largest, difference);
  }
  return largest;
}

}  // namespace tilecast::tools
