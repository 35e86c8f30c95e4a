#include "record/measure_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/statistics.h"

namespace tilecast {
namespace {

constexpr std::array<std::string_view, 10> kErrorNames = {
    "none",      "illegal",     "compile_error", "compile_timeout", "compile_crash",
    "run_crash", "run_timeout", "out_of_memory", "run_error",       "wrong_result"};

std::optional<MeasureErrorKind> error_kind_from_name(std::string_view name) {
  const auto found = std::find(kErrorNames.begin(), kErrorNames.end(), name);
  if (found == kErrorNames.end()) return std::nullopt;
  return static_cast<MeasureErrorKind>(found - kErrorNames.begin());
}

Status check_versions(const nlohmann::json& json) {
  const int format = json.at("version").get<int>();
  const int actions = json.at("actions").get<int>();
  if (format != kRecordFormatVersion) {
    return Error{fmt::format("record format {}, this program reads {}", format, kRecordFormatVersion)};
  }
  if (actions != kActionVersion) {
    return Error{fmt::format("actions of version {}, this program knows {}", actions, kActionVersion)};
  }
  return Unit{};
}

Result<MeasureRecord> read_fields(const nlohmann::json& json) {
  TILECAST_CHECK(check_versions(json));
  MeasureRecord record;
  record.task_key = json.at("task").get<std::string>();
  record.hardware = json.at("hardware").get<std::string>();
  record.threads = json.at("threads").get<int>();
  TILECAST_TRY(record.trajectory, trajectory_from_json(json.at("trajectory")));
  record.latencies = json.at("latencies").get<std::vector<double>>();
  if (json.contains("error")) {
    const auto name = json.at("error").at("kind").get<std::string>();
    const auto kind = error_kind_from_name(name);
    if (!kind || *kind == MeasureErrorKind::kNone) return Error{fmt::format("unknown error kind '{}'", name)};
    record.error = *kind;
    record.message = json.at("error").at("message").get<std::string>();
  }
  record.build_seconds = json.at("build_seconds").get<double>();
  record.run_seconds = json.at("run_seconds").get<double>();
  record.timestamp = json.at("timestamp").get<double>();
  record.cut_short = json.value("cut_short", false);
  record.disturbed = json.value("disturbed", false);
  record.origin = json.value("origin", "");
  record.sketch = json.value("sketch", -1);
  record.decisions = json.value("decisions", std::vector<std::int32_t>{});
  const bool positive =
      std::all_of(record.latencies.begin(), record.latencies.end(), [](double s) { return std::isfinite(s) && s > 0; });
  if (!positive) return Error{"a latency that is not a positive number"};
  if (record.ok() && record.latencies.empty()) return Error{"a record without error and without latencies"};
  return record;
}

}  // namespace

std::string_view measure_error_name(MeasureErrorKind kind) {
  return kErrorNames.at(static_cast<std::size_t>(kind));
}

double MeasureRecord::seconds() const {
  return median(latencies);
}

nlohmann::json to_json(const MeasureRecord& record) {
  nlohmann::json json{{"type", "record"},
                      {"version", kRecordFormatVersion},
                      {"actions", kActionVersion},
                      {"task", record.task_key},
                      {"hardware", record.hardware},
                      {"threads", record.threads},
                      {"trajectory", to_json(record.trajectory)},
                      {"latencies", record.latencies},
                      {"build_seconds", record.build_seconds},
                      {"run_seconds", record.run_seconds},
                      {"timestamp", record.timestamp},
                      {"origin", record.origin},
                      {"sketch", record.sketch},
                      {"decisions", record.decisions}};
  if (!record.ok()) {
    json["error"] = {{"kind", measure_error_name(record.error)}, {"message", record.message}};
  }
  if (record.cut_short) json["cut_short"] = true;
  if (record.disturbed) json["disturbed"] = true;
  return json;
}

Result<MeasureRecord> measure_record_from_json(const nlohmann::json& json) {
  try {
    return read_fields(json);
  } catch (const nlohmann::json::exception& error) {
    return Error{fmt::format("not a record: {}", error.what())};
  }
}

}  // namespace tilecast
