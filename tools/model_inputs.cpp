#include "model_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/random.h"
#include "ir/npy.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

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

std::string npy_file_name(std::string tensor) {
  std::replace(tensor.begin(), tensor.end(), '/', '_');
  return tensor + ".npy";
}

void add_input_arguments(CLI::App& command, ModelInputs& inputs) {
  command.add_option("--input", inputs.files, "NAME=FILE.npy, once for each input");
  command.add_option("--seed", inputs.seed, "of the random values")->capture_default_str();
}

Result<std::map<std::string, fs::path>> write_random_inputs(const std::vector<PackageTensor>& tensors,
                                                            std::uint64_t seed, const fs::path& directory) {
  Random random(seed);
  std::map<std::string, fs::path> files;
  for (const PackageTensor& tensor : tensors) {
    const fs::path file = directory / npy_file_name(tensor.name);
    TILECAST_CHECK(write_npy(file, tensor.type, random_bytes(tensor.type, random)));
    files[tensor.name] = file;
  }
  return files;
}

Status set_inputs(const ModelInputs& inputs, const LoadedPackage& package, PackageInstance& instance) {
  const std::vector<PackageTensor> tensors = package.inputs();
  TILECAST_TRY(const auto files, parse_inputs(inputs.files, tensors));
  Random random(inputs.seed);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (const auto file = files.find(tensors[i].name); file != files.end()) {
      TILECAST_TRY(const std::vector<std::byte> bytes, read_input(file->second, tensors[i]));
      TILECAST_CHECK(instance.set_input(i, bytes));
    } else if (inputs.random) {
      TILECAST_CHECK(instance.set_input(i, random_bytes(tensors[i].type, random)));
    } else {
      missing.push_back(tensors[i].name);
    }
  }
  if (missing.empty()) return Unit{};
  return Error{
      fmt::format("no data for input {}: give --input NAME=FILE.npy, or --random-inputs", fmt::join(missing, ", "))};
}

}  // namespace tilecast::tools
