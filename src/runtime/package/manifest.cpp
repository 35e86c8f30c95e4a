#include "runtime/package/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "runtime/package/input_reads.h"

namespace tilecast {
namespace {

using Json = nlohmann::json;

Json ports_to_json(const std::vector<PlanPort>& ports) {
  Json list = Json::array();
  for (const PlanPort& port : ports) {
    list.push_back({{"name", port.name}, {"type", data_type_name(port.type.dtype)}, {"shape", port.type.shape}});
  }
  return list;
}

bool takes_part_of(const OpNode& reader, ValueId data) {
  return (reader.op == "gather" || reader.op == "slice") && reader.inputs.front() == data;
}

std::int64_t bytes_read(const OpGraph& graph) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const auto input = static_cast<ValueId>(i);
    total += std::min(graph.inputs[i].type.bytes(), bytes_taken(graph, input, takes_part_of));
  }
  return total;
}

Json operators_of(const OpGraph& graph) {
  Json list = Json::array();
  for (const OpNode& node : graph.nodes) list.push_back(node.op);
  return list;
}

bool is_in_place(const ExecutionPlan& plan, std::size_t call) {
  return std::find(plan.in_place.begin(), plan.in_place.end(), call) != plan.in_place.end();
}

// How many calls of a run each task has.
std::vector<std::size_t> call_counts(const Partition& partition, const ExecutionPlan& plan) {
  std::vector<std::size_t> counts(partition.tasks.size(), 0);
  for (std::size_t i = 0; i < partition.calls.size(); ++i) {
    if (!is_in_place(plan, i)) ++counts[partition.calls[i].task];
  }
  return counts;
}

Json kernels_to_json(const Partition& partition, std::span<const KernelSchedule> schedules, const ExecutionPlan& plan) {
  const std::vector<std::size_t> calls = call_counts(partition, plan);
  Json list = Json::array();
  for (std::size_t i = 0; i < partition.tasks.size(); ++i) {
    if (calls[i] == 0) continue;
    const Task& task = partition.tasks[i].task;
    const TensorType& output = task.graph.type_of(task.graph.outputs.front());
    const auto& seconds = schedules[i].seconds;
    list.push_back({{"key", task.key},
                    {"name", task.name},
                    {"function", kernel_name({&task, nullptr})},
                    {"operators", operators_of(task.graph)},
                    {"shape", output.shape},
                    {"flops", task.flops},
                    {"bytes_read", bytes_read(task.graph)},
                    {"bytes_written", output.bytes()},
                    {"calls", calls[i]},
                    {"schedule", seconds ? "tuned" : "default"},
                    {"seconds", seconds ? Json(*seconds) : Json(nullptr)}});
  }
  return list;
}

Json calls_to_json(const ImportedModel& model, const ExecutionPlan& plan) {
  Json list = Json::array();
  for (std::size_t i = 0; i < model.partition.calls.size(); ++i) {
    if (is_in_place(plan, i)) continue;
    const TaskCall& call = model.partition.calls[i];
    Json operators = Json::array();
    for (const NetworkId id : call.operators) operators.push_back(model.network.node(id).name);
    list.push_back(
        {{"name", call.name}, {"kernel", model.partition.tasks[call.task].task.key}, {"operators", operators}});
  }
  return list;
}

Json in_place_to_json(const ImportedModel& model, const ExecutionPlan& plan) {
  Json list = Json::array();
  for (const std::size_t call : plan.in_place) list.push_back(model.partition.calls[call].name);
  return list;
}

ManifestKernel kernel_from_json(const Json& json) {
  ManifestKernel kernel;
  json.at("key").get_to(kernel.key);
  json.at("name").get_to(kernel.name);
  json.at("operators").get_to(kernel.operators);
  json.at("shape").get_to(kernel.shape);
  json.at("flops").get_to(kernel.flops);
  json.at("bytes_read").get_to(kernel.bytes_read);
  json.at("bytes_written").get_to(kernel.bytes_written);
  if (!json.at("seconds").is_null()) kernel.seconds = json.at("seconds").get<double>();
  return kernel;
}

Result<Manifest> manifest_from_json(const Json& json) {
  Manifest manifest;
  json.at("name").get_to(manifest.name);
  json.at("threads").get_to(manifest.threads);
  std::map<std::string, std::size_t> numbers;
  for (const Json& kernel : json.at("kernels")) {
    manifest.kernels.push_back(kernel_from_json(kernel));
    numbers[manifest.kernels.back().key] = manifest.kernels.size() - 1;
  }
  for (const Json& call : json.at("calls")) {
    const auto kernel = numbers.find(call.at("kernel").get<std::string>());
    if (kernel == numbers.end()) return Error{"a call names a kernel that is not there"};
    manifest.calls.push_back({.name = call.at("name").get<std::string>(),
                              .kernel = kernel->second,
                              .operators = call.at("operators").get<std::vector<std::string>>()});
  }
  return manifest;
}

}  // namespace

Json manifest_json(const ImportedModel& model, std::span<const KernelSchedule> schedules, const PackageOptions& options,
                   const ExecutionPlan& plan, const WeightsFile::Summary& weights) {
  const Hardware hardware = probe_hardware();
  return {
      {"format", kPackageFormatVersion},
      {"name", options.name},
      {"target", model.partition.tasks.empty() ? Target{}.kind : model.partition.tasks.front().task.target.kind},
      {"hardware", to_json(hardware)},
      {"threads", options.threads},
      {"inputs", ports_to_json(plan.inputs)},
      {"outputs", ports_to_json(plan.outputs)},
      {"kernels", kernels_to_json(model.partition, schedules, plan)},
      {"calls", calls_to_json(model, plan)},
      {"in_place", in_place_to_json(model, plan)},
      {"arena_bytes", plan.arena_bytes},
      {"weights_bytes", weights.bytes},
      {"versions", {{"tilecast", TILECAST_VERSION}, {"actions", kActionVersion}, {"records", kRecordFormatVersion}}}};
}

Result<Manifest> read_manifest(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / kManifestFile;
  std::ifstream stream(file);
  if (!stream) return Error{fmt::format("{} is no compiled model: it has no {}", directory.string(), kManifestFile)};
  const auto damaged = [&file](const std::string& reason) {
    return Error{fmt::format("{} is damaged ({}): compile the model again", file.string(), reason)};
  };
  try {
    const Json json = Json::parse(stream);
    if (const int format = json.at("format").get<int>(); format != kPackageFormatVersion) {
      return Error{fmt::format("{} has format {}, this program reads {}: compile the model again", file.string(),
                               format, kPackageFormatVersion)};
    }
    auto manifest = manifest_from_json(json);
    if (!manifest.ok()) return damaged(manifest.error().message);
    return manifest;
  } catch (const Json::exception& error) {
    return damaged(error.what());
  }
}

}  // namespace tilecast
