#include "run_node_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>

#include "base/temp_directory.h"
#include "compare_tensors.h"
#include "constant_inputs.h"
#include "frontend/onnx_reader.h"
#include "node_test.h"
#include "outside.h"
#include "runtime/package/loaded_package.h"
#include "runtime/package/package.h"

namespace tilecast::testing {
namespace {

namespace fs = std::filesystem;
using Arrays = std::map<std::string, NpyArray>;  // by name

constexpr int kThreads = 2;

// "node 'y' (Foo, domain ai.onnx): it …" as "Foo: it …": the names say nothing in a model of one node.
std::string short_reason(std::string message, const fs::path& file) {
  const std::string prefix = file.string() + ": ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  // The operator of ours that refuses may be named once more inside.
  static const std::regex inner(": node '[^']*' \\(\\w+\\): ");
  message = std::regex_replace(message, inner, ": ");
  static const std::regex node("^node '[^']*' \\((\\w+)(, domain ai\\.onnx)?\\): ");
  message = std::regex_replace(message, node, "$1: ");
  static const std::regex unknown("^(\\w+): this operator is not supported.*");
  return std::regex_replace(message, unknown, "operator $1");
}

Status write_model(const onnx::ModelProto& model, const fs::path& file) {
  std::ofstream stream(file, std::ios::binary);
  if (!model.SerializeToOstream(&stream) || !stream.flush()) return Error{"cannot write " + file.string()};
  return Unit{};
}

Result<Arrays> arrays_of(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values,
                         const std::vector<onnx::TensorProto>& tensors) {
  Arrays arrays;
  for (int i = 0; i < values.size(); ++i) {
    TILECAST_TRY(NpyArray array, array_of(tensors[static_cast<std::size_t>(i)]));
    arrays[values[i].name()] = std::move(array);
  }
  return arrays;
}

Status run_and_compare(const fs::path& directory, const Arrays& inputs, const Arrays& wanted) {
  TILECAST_TRY(const LoadedPackage package, LoadedPackage::open(directory));
  TILECAST_TRY(PackageInstance instance, PackageInstance::create(package, kThreads));
  const auto ports = package.inputs();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto found = inputs.find(ports[i].name);
    if (found == inputs.end()) return Error{fmt::format("there is no value for the input '{}'", ports[i].name)};
    TILECAST_CHECK(instance.set_input(i, found->second.bytes));
  }
  TILECAST_CHECK(instance.run());
  const auto outputs = package.outputs();
  if (outputs.size() != wanted.size()) {
    return Error{fmt::format("there are {} outputs instead of {}", outputs.size(), wanted.size())};
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    TILECAST_TRY(std::vector<std::byte> bytes, instance.output(i));
    const Status same = compare_tensors({outputs[i].type, std::move(bytes)}, wanted.at(outputs[i].name));
    if (!same.ok()) return Error{fmt::format("output '{}': {}", outputs[i].name, same.error().message)};
  }
  return Unit{};
}

Status compile_and_run(const ImportedModel& imported, const fs::path& directory, const Arrays& inputs,
                       const Arrays& wanted) {
  TILECAST_TRY(const auto schedules, choose_schedules(imported.partition, {}, probe_hardware(), kThreads));
  const PackageOptions options{.name = "node", .threads = kThreads, .builders = 1};
  TILECAST_CHECK(write_package(imported, schedules, options, directory));
  return run_and_compare(directory, inputs, wanted);
}

Status run(const fs::path& folder, onnx::ModelProto model, NodeOutcome& outcome) {
  TILECAST_TRY(std::vector<onnx::TensorProto> inputs, read_node_tensors(folder, "input", model.graph().input_size()));
  const auto outside = outside_reason(model);
  outcome.constant_inputs = fix_constant_inputs(*model.mutable_graph(), inputs);
  TILECAST_TRY(const TempDirectory directory, TempDirectory::create("onnx_nodes"));
  const fs::path file = directory.path() / "model.onnx";
  TILECAST_CHECK(write_model(model, file));
  const auto imported = import_onnx(file);
  if (!imported.ok()) {
    outcome.kind = outside ? OutcomeKind::kOutside : OutcomeKind::kUnsupported;
    outcome.reason = outside ? *outside : short_reason(imported.error().message, file);
    return Unit{};
  }
  TILECAST_TRY(const auto tensors, read_node_tensors(folder, "output", model.graph().output_size()));
  TILECAST_TRY(const Arrays wanted, arrays_of(model.graph().output(), tensors));
  TILECAST_TRY(const Arrays given, arrays_of(model.graph().input(), inputs));
  TILECAST_CHECK(compile_and_run(*imported, directory.path() / "compiled", given, wanted));
  outcome.kernels = imported->partition.calls.size();
  outcome.kind = OutcomeKind::kPass;
  return Unit{};
}

std::int64_t opset_of(const onnx::ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (is_onnx_domain(import.domain())) return import.version();
  }
  return 0;
}

}  // namespace

NodeOutcome run_node_test(const fs::path& folder) {
  NodeOutcome outcome;
  auto model = read_node_model(folder);
  if (!model.ok()) {
    outcome.reason = model.error().message;
    return outcome;
  }
  outcome.op = node_test_operator(folder, *model);
  outcome.opset = opset_of(*model);
  if (!has_only_tensors(model->graph())) {
    outcome.kind = OutcomeKind::kOutside;
    outcome.reason = outside_reason(*model).value_or("values that are no tensors");
    return outcome;
  }
  if (const Status done = run(folder, *std::move(model), outcome); !done.ok()) {
    outcome.kind = OutcomeKind::kFail;
    outcome.reason = done.error().message;
  }
  return outcome;
}

}  // namespace tilecast::testing
