// Packages of small models for tests, and what they should compute.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "../../frontend/network_builder.h"
#include "base/result.h"
#include "base/temp_directory.h"
#include "frontend/import.h"
#include "ir/npy.h"
#include "runtime/package/loaded_package.h"
#include "runtime/package/package.h"

namespace tilecast::testing {

using Tensors = std::map<std::string, NpyArray>;  // by name

// Convolutions with a residual, a view between kernels, a product and a softmax; inputs "x" and "y".
ImportedModel small_network();
// Partitions a network that was made by hand.
ImportedModel imported(Network network);

// Seeded values for all inputs of the network.
Tensors random_inputs(const Network& network, std::uint64_t seed);
// By the interpreter.
Result<Tensors> expected_outputs(const Network& network, const Tensors& inputs);

// Compiles with default schedules.
Status compile_package(const ImportedModel& model, const std::filesystem::path& directory);
// One run of an instance.
Result<Tensors> run_package(const LoadedPackage& package, PackageInstance& instance, const Tensors& inputs);

// The largest relative difference of two sets of the same names and types; infinity when names or types differ.
double largest_difference(const Tensors& got, const Tensors& want);

}  // namespace tilecast::testing
