// A package as an application uses it: opened with dlopen, run through the C interface.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "ir/tensor_type.h"
#include "tilecast/runtime.h"

namespace tilecast {

// The functions of tilecast/runtime.h in one package's shared object.
struct PackageFunctions {
  decltype(&::tilecast_model_load) model_load = nullptr;
  decltype(&::tilecast_model_free) model_free = nullptr;
  decltype(&::tilecast_input_count) input_count = nullptr;
  decltype(&::tilecast_output_count) output_count = nullptr;
  decltype(&::tilecast_call_count) call_count = nullptr;
  decltype(&::tilecast_input) input = nullptr;
  decltype(&::tilecast_output) output = nullptr;
  decltype(&::tilecast_call) call = nullptr;
  decltype(&::tilecast_instance_create) instance_create = nullptr;
  decltype(&::tilecast_instance_free) instance_free = nullptr;
  decltype(&::tilecast_set_input) set_input = nullptr;
  decltype(&::tilecast_run) run = nullptr;
  decltype(&::tilecast_get_output) get_output = nullptr;
  decltype(&::tilecast_set_timing) set_timing = nullptr;
  decltype(&::tilecast_call_seconds) call_seconds = nullptr;
};

struct PackageTensor {
  std::string name;
  TensorType type;
};

// A model to be run; instances of it must not outlive it. Thread-safe.
class LoadedPackage {
 public:
  // Fails when the shared object or the weights in `directory` cannot be loaded.
  static Result<LoadedPackage> open(const std::filesystem::path& directory);

  const PackageFunctions& functions() const { return functions_; }
  const tilecast_model* model() const { return model_.get(); }
  std::vector<PackageTensor> inputs() const;
  std::vector<PackageTensor> outputs() const;

 private:
  using Library = std::unique_ptr<void, int (*)(void*)>;
  using Model = std::unique_ptr<tilecast_model, void (*)(tilecast_model*)>;
  LoadedPackage(Library library, PackageFunctions functions, Model model)
      : library_(std::move(library)), functions_(functions), model_(std::move(model)) {}
  Library library_;
  PackageFunctions functions_;
  Model model_;  // freed before the library goes
};

// Runs a model; one thread at a time.
class PackageInstance {
 public:
  static Result<PackageInstance> create(const LoadedPackage& package, int threads);
  Status set_input(std::size_t index, const std::vector<std::byte>& bytes);
  Status run();
  Result<std::vector<std::byte>> output(std::size_t index) const;
  void set_timing(bool on);
  double call_seconds(std::size_t call) const;

 private:
  using Instance = std::unique_ptr<tilecast_instance, void (*)(tilecast_instance*)>;
  PackageInstance(const LoadedPackage& package, Instance instance)
      : package_(&package), instance_(std::move(instance)) {}
  const LoadedPackage* package_;
  Instance instance_;
};

}  // namespace tilecast
