// tilecast run: runs a compiled model.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/statistics.h"
#include "commands.h"
#include "ir/npy.h"
#include "runtime/package/loaded_package.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct RunArguments {
  fs::path directory;
  std::vector<std::string> inputs;  // NAME=FILE.npy
  fs::path output;
  int repeat = 1;
  int threads = 2;
  bool random_inputs = false;
  std::uint64_t seed = 0;
  bool json = false;
};

Result<std::map<std::string, fs::path>> parse_inputs(const std::vector<std::string>& options,
                                                     const std::vector<PackageTensor>& tensors) {
  std::map<std::string, fs::path> files;
  for (const std::string& option : options) {
    // Names may hold '=', names of files less often.
    const std::size_t equals = option.rfind('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{fmt::format("--input {}: NAME=FILE.npy is expected", option)};
    }
    const std::string name = option.substr(0, equals);
    const bool known = std::any_of(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == name; });
    if (!known) {
      std::vector<std::string> names;
      for (const PackageTensor& tensor : tensors) names.push_back(tensor.name);
      return Error{fmt::format("the model has no input {}; it has {}", name, fmt::join(names, ", "))};
    }
    files[name] = option.substr(equals + 1);
  }
  return files;
}

template <class T>
void append(std::vector<std::byte>& bytes, T value) {
  const auto* begin = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof value);
}

// Floats uniform in [-1, 1), integers 0 or 1: valid as indices and as masks.
std::vector<std::byte> random_bytes(const TensorType& type, Random& random) {
  std::vector<std::byte> bytes;
  bytes.reserve(static_cast<std::size_t>(type.bytes()));
  for (std::int64_t i = 0; i < element_count(type.shape); ++i) {
    if (type.dtype == DataType::kFloat32) {
      append(bytes, static_cast<float>(2 * random.uniform() - 1));
    } else if (type.dtype == DataType::kFloat64) {
      append(bytes, 2 * random.uniform() - 1);
    } else {
      const std::int64_t value = random.chance(0.5) ? 1 : 0;
      const auto* begin = reinterpret_cast<const std::byte*>(&value);
      bytes.insert(bytes.end(), begin, begin + data_type_size(type.dtype));
    }
  }
  return bytes;
}

Result<std::vector<std::byte>> read_input(const fs::path& file, const PackageTensor& tensor) {
  TILECAST_TRY(NpyArray array, read_npy(file));
  if (array.type != tensor.type) {
    return Error{fmt::format("{} is {} {}, input {} is {} {}", file.string(), data_type_name(array.type.dtype),
                             shape_to_string(array.type.shape), tensor.name, data_type_name(tensor.type.dtype),
                             shape_to_string(tensor.type.shape))};
  }
  return std::move(array.bytes);
}

Status set_inputs(const RunArguments& arguments, const LoadedPackage& package, PackageInstance& instance) {
  const std::vector<PackageTensor> tensors = package.inputs();
  TILECAST_TRY(const auto files, parse_inputs(arguments.inputs, tensors));
  Random random(arguments.seed);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (const auto file = files.find(tensors[i].name); file != files.end()) {
      TILECAST_TRY(const std::vector<std::byte> bytes, read_input(file->second, tensors[i]));
      TILECAST_CHECK(instance.set_input(i, bytes));
    } else if (arguments.random_inputs) {
      TILECAST_CHECK(instance.set_input(i, random_bytes(tensors[i].type, random)));
    } else {
      missing.push_back(tensors[i].name);
    }
  }
  if (missing.empty()) return Unit{};
  return Error{
      fmt::format("no data for input {}: give --input NAME=FILE.npy, or --random-inputs", fmt::join(missing, ", "))};
}

Status write_outputs(const fs::path& directory, const LoadedPackage& package, const PackageInstance& instance) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Error{fmt::format("cannot create {}: {}", directory.string(), error.message())};
  const std::vector<PackageTensor> tensors = package.outputs();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    std::string name = tensors[i].name;
    std::replace(name.begin(), name.end(), '/', '_');  // it is the name of a file
    TILECAST_TRY(const std::vector<std::byte> bytes, instance.output(i));
    TILECAST_CHECK(write_npy(directory / (name + ".npy"), tensors[i].type, bytes));
  }
  return Unit{};
}

Status run_model(const RunArguments& arguments) {
  TILECAST_TRY(const LoadedPackage package, LoadedPackage::open(arguments.directory));
  TILECAST_TRY(PackageInstance instance, PackageInstance::create(package, arguments.threads));
  TILECAST_CHECK(set_inputs(arguments, package, instance));
  if (arguments.random_inputs) fmt::print("random inputs, seed {}\n", arguments.seed);
  std::vector<double> samples;
  for (int i = 0; i < arguments.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    TILECAST_CHECK(instance.run());
    samples.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  if (!arguments.output.empty()) TILECAST_CHECK(write_outputs(arguments.output, package, instance));
  const double seconds = median(samples);
  fmt::print("median of {} runs: {:.4f} ms with {} threads\n", samples.size(), seconds * 1e3, arguments.threads);
  if (arguments.json) fmt::print("{}\n", nlohmann::json{{"median_seconds", seconds}, {"samples", samples}}.dump());
  return Unit{};
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Run a model that `tilecast compile` wrote.");
  command->add_option("DIR", arguments->directory, "the model's directory")->required();
  command->add_option("--input", arguments->inputs, "NAME=FILE.npy, once for each input");
  command->add_option("--output", arguments->output, "directory for the outputs, each in NAME.npy ('/' becomes '_')");
  command->add_option("--repeat", arguments->repeat, "how often it runs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads that run it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--random-inputs", arguments->random_inputs, "random values for inputs that are not given");
  command->add_option("--seed", arguments->seed, "of the random values")->capture_default_str();
  command->add_flag("--json", arguments->json, "end with one JSON object: median_seconds, samples");
  command->callback([arguments, &exit_code] {
    const Status status = run_model(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
