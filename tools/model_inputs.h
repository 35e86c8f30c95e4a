// The inputs of a compiled model: files, and random values for the others.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/package/loaded_package.h"

namespace tilecast::tools {

struct ModelInputs {
  std::vector<std::string> files;  // NAME=FILE.npy
  bool random = false;             // what has no file gets random values; without it, that is an error
  std::uint64_t seed = 0;
};

// NAME=FILE.npy by name. Fails on text of another form and on names that are none of `tensors`.
Result<std::map<std::string, std::filesystem::path>> parse_inputs(const std::vector<std::string>& options,
                                                                  const std::vector<PackageTensor>& tensors);

// The file in which a tensor is written: its name may hold '/'.
std::string npy_file_name(std::string tensor);

// --input and --seed.
void add_input_arguments(CLI::App& command, ModelInputs& inputs);

// Random values for all of `tensors`, as set_inputs makes them without files, each in a file of `directory` (by the
// tensors' names). Fails when a file cannot be written.
Result<std::map<std::string, std::filesystem::path>> write_random_inputs(const std::vector<PackageTensor>& tensors,
                                                                         std::uint64_t seed,
                                                                         const std::filesystem::path& directory);

// Fails on an input that the model does not have, a file that cannot be read or is of another type or shape, and an
// input that has no data.
Status set_inputs(const ModelInputs& inputs, const LoadedPackage& package, PackageInstance& instance);

}  // namespace tilecast::tools
