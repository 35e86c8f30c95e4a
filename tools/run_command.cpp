// tilecast run: runs a compiled model.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/process_use.h"
#include "base/statistics.h"
#include "base/stopwatch.h"
#include "commands.h"
#include "ir/npy.h"
#include "model_inputs.h"
#include "runtime/package/loaded_package.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct RunArguments {
  fs::path directory;
  ModelInputs inputs;
  fs::path output;
  int repeat = 1;
  int threads = 2;
  bool json = false;
};

Status write_outputs(const fs::path& directory, const LoadedPackage& package, const PackageInstance& instance) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Error{fmt::format("cannot create {}: {}", directory.string(), error.message())};
  const std::vector<PackageTensor> tensors = package.outputs();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    TILECAST_TRY(const std::vector<std::byte> bytes, instance.output(i));
    TILECAST_CHECK(write_npy(directory / npy_file_name(tensors[i].name), tensors[i].type, bytes));
  }
  return Unit{};
}

Status run_model(const RunArguments& arguments) {
  const std::int64_t memory_before = process_memory().resident_bytes;
  TILECAST_TRY(const LoadedPackage package, LoadedPackage::open(arguments.directory));
  TILECAST_TRY(PackageInstance instance, PackageInstance::create(package, arguments.threads));
  TILECAST_CHECK(set_inputs(arguments.inputs, package, instance));
  if (arguments.inputs.random) fmt::print("random inputs, seed {}\n", arguments.inputs.seed);
  std::vector<double> samples;
  for (int i = 0; i < arguments.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    TILECAST_CHECK(instance.run());
    samples.push_back(seconds_since(start));
  }
  if (!arguments.output.empty()) TILECAST_CHECK(write_outputs(arguments.output, package, instance));
  const double seconds = median(samples);
  fmt::print("median of {} runs: {:.4f} ms with {} threads\n", samples.size(), seconds * 1e3, arguments.threads);
  if (arguments.json) {
    const nlohmann::json json{{"median_seconds", seconds},
                              {"samples", samples},
                              {"memory_before_bytes", memory_before},
                              {"memory_peak_bytes", process_memory().peak_bytes}};
    fmt::print("{}\n", json.dump());
  }
  return Unit{};
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Run a model that `tilecast compile` wrote.");
  command->add_option("DIR", arguments->directory, "the model's directory")->required();
  add_input_arguments(*command, arguments->inputs);
  command->add_option("--output", arguments->output, "directory for the outputs, each in NAME.npy ('/' becomes '_')");
  command->add_option("--repeat", arguments->repeat, "how often it runs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads that run it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--random-inputs", arguments->inputs.random, "random values for inputs that are not given");
  command->add_flag(
      "--json", arguments->json,
      "end with one JSON object: median_seconds, samples, the memory of the process before the model was opened "
      "and its peak");
  command->callback([arguments, &exit_code] {
    const Status status = run_model(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
