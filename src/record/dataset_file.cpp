#include "record/dataset_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "base/text_file.h"
#include "base/xz.h"

namespace tilecast {
namespace {

using Json = nlohmann::json;

double rounded(double value, int digits) {
  return std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
}

Json header_of(const Dataset& dataset) {
  return {{"type", "dataset"},         {"version", kDatasetVersion},    {"record_version", kRecordFormatVersion},
          {"actions", kActionVersion}, {"tasks", dataset.tasks.size()}, {"records", dataset.records.size()}};
}

Json task_to_json(const DatasetTask& task) {
  Json uses = Json::array();
  for (const NetworkUse& use : task.uses) {
    uses.push_back({{"network", use.network}, {"kind", use.kind}, {"model", use.model}, {"weight", use.weight}});
  }
  return {{"type", "task"}, {"task", to_json(task.task)}, {"uses", std::move(uses)}, {"split", split_name(task.split)}};
}

// The task is that of the line before; what has its default is left out, also the versions, which the header has.
Json record_to_json(const MeasureRecord& record) {
  Json json = to_json(packed_record(record));
  for (const char* key : {"version", "actions", "task", "decisions", "run_seconds"}) json.erase(key);
  if (record.ok()) return json;
  json["error"] = measure_error_name(record.error);
  json.erase("latencies");
  return json;
}

class DatasetReader {
 public:
  Result<Dataset> read(const std::string& text) {
    std::istringstream stream(text);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
      const Status added = add_line(line, number == 1);
      // What is wrong with the first line is wrong with the file.
      if (!added.ok() && number == 1) return added.error();
      if (!added.ok()) return Error{fmt::format("line {}: {}", number, added.error().message)};
    }
    if (text.empty()) return Error{"it is empty"};
    if (dataset_.tasks.size() != tasks_ || dataset_.records.size() != records_) {
      return Error{fmt::format("it has {} of {} tasks and {} of {} records: it was cut off", dataset_.tasks.size(),
                               tasks_, dataset_.records.size(), records_)};
    }
    return std::move(dataset_);
  }

 private:
  Status add_line(const std::string& line, bool first) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return Error{first ? "it is no dataset" : "not a JSON object"};
    try {
      return first ? add_header(json) : add(json);
    } catch (const Json::exception& error) {
      return Error{error.what()};
    }
  }

  Status add_header(const Json& json) {
    if (json.value("type", "") != "dataset") return Error{"it is no dataset"};
    const auto check = [&](const char* key, std::string_view what, int known) -> Status {
      const int version = json.at(key).get<int>();
      if (version == known) return Unit{};
      return Error{fmt::format("{} of version {}, this program reads {}", what, version, known)};
    };
    TILECAST_CHECK(check("version", "a dataset", kDatasetVersion));
    TILECAST_CHECK(check("record_version", "records", kRecordFormatVersion));
    TILECAST_CHECK(check("actions", "actions", kActionVersion));
    tasks_ = json.at("tasks").get<std::size_t>();
    records_ = json.at("records").get<std::size_t>();
    return Unit{};
  }

  Status add(const Json& json) {
    const auto type = json.at("type").get<std::string>();
    if (type == "hardware") {
      TILECAST_TRY(Hardware hardware, hardware_from_json(json.at("hardware")));
      dataset_.hardware.emplace(hardware.fingerprint, std::move(hardware));
    } else if (type == "machine") {
      TILECAST_TRY(MachineState state, machine_state_from_json(json.at("machine")));
      dataset_.machine_states.push_back(std::move(state));
    } else if (type == "task") {
      return add_task(json);
    } else if (type == "record") {
      return add_record(json);
    } else {
      return Error{fmt::format("unknown type '{}'", type)};
    }
    return Unit{};
  }

  Status add_task(const Json& json) {
    DatasetTask task;
    TILECAST_TRY(task.task, task_from_json(json.at("task")));
    for (const Json& use : json.at("uses")) {
      task.uses.push_back({use.at("network").get<std::string>(), use.at("kind").get<std::string>(),
                           use.at("model").get<std::string>(), use.at("weight").get<double>()});
    }
    const auto name = json.at("split").get<std::string>();
    const auto split = split_from_name(name);
    if (!split) return Error{fmt::format("unknown split '{}'", name)};
    task.split = *split;
    task_key_ = task.task.key;
    if (!dataset_.tasks.emplace(task_key_, std::move(task)).second) {
      return Error{fmt::format("task {} is there twice", task_key_)};
    }
    return Unit{};
  }

  Status add_record(const Json& json) {
    if (task_key_.empty()) return Error{"a record before any task"};
    Json whole = json;
    whole["version"] = kRecordFormatVersion;
    whole["actions"] = kActionVersion;
    whole["task"] = task_key_;
    whole["run_seconds"] = 0.0;
    whole.emplace("latencies", Json::array());
    if (json.contains("error")) whole["error"] = {{"kind", json.at("error")}, {"message", ""}};
    TILECAST_TRY(MeasureRecord record, measure_record_from_json(whole));
    if (!dataset_.hardware.contains(record.hardware)) {
      return Error{fmt::format("a record of the hardware {}, which is not in the file", record.hardware)};
    }
    dataset_.records.push_back(std::move(record));
    return Unit{};
  }

  Dataset dataset_;
  std::string task_key_;  // of the records that follow
  std::size_t tasks_ = 0;
  std::size_t records_ = 0;
};

Result<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    return Error{fmt::format("cannot read it: {}", std::strerror(errno))};
  }
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  if (!is_xz(bytes)) return bytes;
  return decompress_xz(bytes);
}

Result<Dataset> read(const std::filesystem::path& file) {
  TILECAST_TRY(const std::string text, read_text(file));
  return DatasetReader().read(text);
}

}  // namespace

MeasureRecord packed_record(const MeasureRecord& record) {
  MeasureRecord result = record;
  result.decisions.clear();
  result.message.clear();
  result.run_seconds = 0;
  for (double& seconds : result.latencies) seconds = rounded(seconds, 5);
  result.build_seconds = rounded(record.build_seconds, 3);
  result.timestamp = std::round(record.timestamp * 1e3) / 1e3;
  return result;
}

Status write_dataset(const Dataset& dataset, const std::filesystem::path& file) {
  std::string text;
  const auto add = [&](const Json& json) { text += json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; };
  add(header_of(dataset));
  for (const auto& [fingerprint, hardware] : dataset.hardware) {
    add({{"type", "hardware"}, {"hardware", to_json(hardware)}});
  }
  for (const MachineState& state : dataset.machine_states) add({{"type", "machine"}, {"machine", to_json(state)}});
  std::map<std::string, std::vector<const MeasureRecord*>> records;
  for (const MeasureRecord& record : dataset.records) records[record.task_key].push_back(&record);
  for (const auto& [key, task] : dataset.tasks) {
    add(task_to_json(task));
    for (const MeasureRecord* record : records[key]) add(record_to_json(*record));
  }
  if (file.extension() == ".xz") {
    TILECAST_TRY(text, compress_xz(text));
  }
  return replace_text(file, text);
}

Result<Dataset> read_dataset(const std::filesystem::path& file) {
  auto dataset = read(file);
  if (!dataset.ok()) return Error{fmt::format("{}: {}", file.string(), dataset.error().message)};
  return dataset;
}

Result<Dataset> read_datasets(std::span<const std::filesystem::path> files) {
  Dataset all;
  for (const std::filesystem::path& file : files) {
    TILECAST_TRY(Dataset dataset, read_dataset(file));
    merge(all, std::move(dataset));
  }
  return all;
}

}  // namespace tilecast
