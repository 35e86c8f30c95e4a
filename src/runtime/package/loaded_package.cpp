#include "runtime/package/loaded_package.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "runtime/package/package.h"

namespace tilecast {
namespace {

// Element types have the same numbers on both sides of the C interface.
static_assert(static_cast<int>(DataType::kInt64) == TILECAST_INT64);
static_assert(static_cast<int>(DataType::kInt32) == TILECAST_INT32);
static_assert(static_cast<int>(DataType::kUInt8) == TILECAST_UINT8);
static_assert(static_cast<int>(DataType::kInt8) == TILECAST_INT8);
static_assert(static_cast<int>(DataType::kBool) == TILECAST_BOOL);
static_assert(static_cast<int>(DataType::kFloat64) == TILECAST_FLOAT64);

class SymbolReader {
 public:
  explicit SymbolReader(void* library) : library_(library) {}

  template <class Function>
  void read(const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library_, name));
    if (function == nullptr && missing_.empty()) missing_ = name;
  }
  const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

PackageTensor tensor_of(const tilecast_tensor_info& info) {
  return {info.name, {static_cast<DataType>(info.type), Shape(info.shape, info.shape + info.rank)}};
}

}  // namespace

Result<LoadedPackage> LoadedPackage::open(const std::filesystem::path& directory) {
  const std::filesystem::path file = std::filesystem::absolute(directory / kModelLibrary);
  if (!std::filesystem::exists(file)) {
    return Error{fmt::format("{} is no compiled model: it has no {}", directory.string(), kModelLibrary)};
  }
  Library library(::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), ::dlclose);
  if (library == nullptr) return Error{fmt::format("cannot load {}: {}", file.string(), ::dlerror())};
  PackageFunctions functions;
  SymbolReader reader(library.get());
  reader.read("tilecast_model_load", functions.model_load);
  reader.read("tilecast_model_free", functions.model_free);
  reader.read("tilecast_input_count", functions.input_count);
  reader.read("tilecast_output_count", functions.output_count);
  reader.read("tilecast_call_count", functions.call_count);
  reader.read("tilecast_input", functions.input);
  reader.read("tilecast_output", functions.output);
  reader.read("tilecast_call", functions.call);
  reader.read("tilecast_instance_create", functions.instance_create);
  reader.read("tilecast_instance_free", functions.instance_free);
  reader.read("tilecast_set_input", functions.set_input);
  reader.read("tilecast_run", functions.run);
  reader.read("tilecast_get_output", functions.get_output);
  reader.read("tilecast_set_timing", functions.set_timing);
  reader.read("tilecast_call_seconds", functions.call_seconds);
  if (!reader.missing().empty()) {
    return Error{fmt::format("{} has no function {}: compile the model again", file.string(), reader.missing())};
  }
  tilecast_model* model = nullptr;
  tilecast_error error{};
  if (functions.model_load(directory.c_str(), &model, &error) != TILECAST_OK) return Error{error.message};
  return LoadedPackage(std::move(library), functions, Model(model, functions.model_free));
}

std::vector<PackageTensor> LoadedPackage::inputs() const {
  std::vector<PackageTensor> tensors;
  for (std::size_t i = 0; i < functions_.input_count(model()); ++i) {
    tensors.push_back(tensor_of(*functions_.input(model(), i)));
  }
  return tensors;
}

std::vector<PackageTensor> LoadedPackage::outputs() const {
  std::vector<PackageTensor> tensors;
  for (std::size_t i = 0; i < functions_.output_count(model()); ++i) {
    tensors.push_back(tensor_of(*functions_.output(model(), i)));
  }
  return tensors;
}

Result<PackageInstance> PackageInstance::create(const LoadedPackage& package, int threads) {
  tilecast_instance* instance = nullptr;
  tilecast_error error{};
  if (package.functions().instance_create(package.model(), threads, &instance, &error) != TILECAST_OK) {
    return Error{error.message};
  }
  return PackageInstance(package, Instance(instance, package.functions().instance_free));
}

Status PackageInstance::set_input(std::size_t index, const std::vector<std::byte>& bytes) {
  tilecast_error error{};
  const auto status = package_->functions().set_input(instance_.get(), index, bytes.data(), bytes.size(), &error);
  if (status != TILECAST_OK) return Error{error.message};
  return Unit{};
}

Status PackageInstance::run() {
  tilecast_error error{};
  if (package_->functions().run(instance_.get(), &error) != TILECAST_OK) return Error{error.message};
  return Unit{};
}

Result<std::vector<std::byte>> PackageInstance::output(std::size_t index) const {
  const tilecast_tensor_info* info = package_->functions().output(package_->model(), index);
  std::vector<std::byte> bytes(info != nullptr ? info->bytes : 0);
  tilecast_error error{};
  const auto status = package_->functions().get_output(instance_.get(), index, bytes.data(), bytes.size(), &error);
  if (status != TILECAST_OK) return Error{error.message};
  return bytes;
}

void PackageInstance::set_timing(bool on) {
  package_->functions().set_timing(instance_.get(), on ? 1 : 0);
}

double PackageInstance::call_seconds(std::size_t call) const {
  return package_->functions().call_seconds(instance_.get(), call);
}

}  // namespace tilecast
