#include "measure/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

using Json = nlohmann::json;

Json spec_to_json(const ArgumentSpec& spec) {
  Json parts = Json::array();
  for (const PackPart& part : spec.layout.parts) parts.push_back({part.dim, part.extent});
  return {{"type", static_cast<int>(spec.type)},
          {"extents", spec.extents},
          {"form", static_cast<int>(spec.layout.form)},
          {"parts", parts}};
}

ArgumentSpec spec_from_json(const Json& json) {
  ArgumentSpec spec;
  spec.type = static_cast<DataType>(json.at("type").get<int>());
  spec.extents = json.at("extents").get<std::vector<std::int64_t>>();
  spec.layout.form = static_cast<ConstantForm>(json.at("form").get<int>());
  for (const Json& part : json.at("parts")) {
    spec.layout.parts.push_back({part.at(0).get<std::int32_t>(), part.at(1).get<std::int64_t>()});
  }
  return spec;
}

Json specs_to_json(const std::vector<ArgumentSpec>& specs) {
  Json json = Json::array();
  for (const ArgumentSpec& spec : specs) json.push_back(spec_to_json(spec));
  return json;
}

std::vector<ArgumentSpec> specs_from_json(const Json& json) {
  std::vector<ArgumentSpec> specs;
  for (const Json& spec : json) specs.push_back(spec_from_json(spec));
  return specs;
}

Json timing_options_to_json(const TimingOptions& options) {
  Json json{{"min_samples", options.min_samples},
            {"max_samples", options.max_samples},
            {"min_sample_seconds", options.min_sample_seconds},
            {"budget_seconds", options.budget_seconds},
            {"long_call_samples", options.long_call_samples},
            {"steady", options.steady}};
  // JSON has no infinity.
  if (options.long_call_seconds < std::numeric_limits<double>::max()) {
    json["long_call_seconds"] = options.long_call_seconds;
  }
  if (options.give_up_seconds < std::numeric_limits<double>::max()) json["give_up_seconds"] = options.give_up_seconds;
  return json;
}

TimingOptions timing_options_from_json(const Json& json) {
  return {.min_samples = json.at("min_samples").get<int>(),
          .max_samples = json.at("max_samples").get<int>(),
          .min_sample_seconds = json.at("min_sample_seconds").get<double>(),
          .budget_seconds = json.at("budget_seconds").get<double>(),
          .long_call_seconds = json.value("long_call_seconds", std::numeric_limits<double>::infinity()),
          .long_call_samples = json.at("long_call_samples").get<int>(),
          .steady = json.at("steady").get<double>(),
          .give_up_seconds = json.value("give_up_seconds", std::numeric_limits<double>::infinity())};
}

// Runs `read`, turning a malformed message into an Error.
template <class Read>
auto guarded(const Read& read) -> decltype(read()) {
  try {
    return read();
  } catch (const Json::exception& error) {
    return Error{fmt::format("malformed message: {}", error.what())};
  }
}

}  // namespace

std::size_t copies_of_constants(std::size_t kernel_bytes, std::int64_t constant_bytes) {
  // Beyond this, what is copied fits no cache either way.
  constexpr std::size_t kMostCopies = 1024;
  if (kernel_bytes == 0) return 1;
  const std::size_t wanted = (static_cast<std::size_t>(constant_bytes) + kernel_bytes - 1) / kernel_bytes;
  return std::clamp<std::size_t>(wanted, 1, kMostCopies);
}

Json to_json(const BuildRequest& request) {
  return {{"task", to_json(request.task)}, {"trajectory", to_json(request.trajectory)},
          {"file", request.file},          {"object_only", request.object_only},
          {"function", request.function},  {"strides", request.strides}};
}

Json to_json(const BuildReply& reply) {
  return {{"error", static_cast<int>(reply.error)},
          {"message", reply.message},
          {"inputs", specs_to_json(reply.inputs)},
          {"output", spec_to_json(reply.output)}};
}

Json to_json(const RunRequest& request) {
  return {{"task_key", request.task_key},
          {"shared_object", request.shared_object},
          {"inputs", specs_to_json(request.inputs)},
          {"output", spec_to_json(request.output)},
          {"constants", request.constants},
          {"constant_bytes", request.constant_bytes},
          {"threads", request.threads},
          {"reference_file", request.reference_file},
          {"write_reference", request.write_reference},
          {"tolerance", request.tolerance},
          {"timing", timing_options_to_json(request.timing)}};
}

Json to_json(const RunReply& reply) {
  return {{"error", static_cast<int>(reply.error)},
          {"message", reply.message},
          {"samples", reply.timing.samples},
          {"cut_short", reply.timing.cut_short}};
}

Result<BuildRequest> build_request_from_json(const Json& json) {
  return guarded([&]() -> Result<BuildRequest> {
    BuildRequest request;
    TILECAST_TRY(request.task, task_from_json(json.at("task")));
    TILECAST_TRY(request.trajectory, trajectory_from_json(json.at("trajectory")));
    request.file = json.at("file").get<std::string>();
    request.object_only = json.at("object_only").get<bool>();
    request.function = json.at("function").get<std::string>();
    request.strides = json.at("strides").get<std::vector<std::vector<std::int64_t>>>();
    return request;
  });
}

Result<BuildReply> build_reply_from_json(const Json& json) {
  return guarded([&]() -> Result<BuildReply> {
    return BuildReply{.error = static_cast<MeasureErrorKind>(json.at("error").get<int>()),
                      .message = json.at("message").get<std::string>(),
                      .inputs = specs_from_json(json.at("inputs")),
                      .output = spec_from_json(json.at("output"))};
  });
}

Result<RunRequest> run_request_from_json(const Json& json) {
  return guarded([&]() -> Result<RunRequest> {
    return RunRequest{.task_key = json.at("task_key").get<std::string>(),
                      .shared_object = json.at("shared_object").get<std::string>(),
                      .inputs = specs_from_json(json.at("inputs")),
                      .output = spec_from_json(json.at("output")),
                      .constants = json.at("constants").get<std::vector<std::size_t>>(),
                      .constant_bytes = json.at("constant_bytes").get<std::int64_t>(),
                      .threads = json.at("threads").get<int>(),
                      .reference_file = json.at("reference_file").get<std::string>(),
                      .write_reference = json.at("write_reference").get<bool>(),
                      .tolerance = json.at("tolerance").get<double>(),
                      .timing = timing_options_from_json(json.at("timing"))};
  });
}

Result<RunReply> run_reply_from_json(const Json& json) {
  return guarded([&]() -> Result<RunReply> {
    return RunReply{.error = static_cast<MeasureErrorKind>(json.at("error").get<int>()),
                    .message = json.at("message").get<std::string>(),
                    .timing = {.samples = json.at("samples").get<std::vector<double>>(),
                               .cut_short = json.at("cut_short").get<bool>()}};
  });
}

}  // namespace tilecast
