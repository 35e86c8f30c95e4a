#include "record/record_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace tilecast {
namespace {

Status add_line(const std::string& line, RecordSet& set) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("type") || !json["type"].is_string()) {
    return Error{"not a JSON object with a \"type\""};
  }
  const std::string type = json["type"].get<std::string>();
  if (type == "record") {
    TILECAST_TRY(MeasureRecord record, measure_record_from_json(json));
    set.records.push_back(std::move(record));
  } else if (type == "task") {
    if (!json.contains("task")) return Error{"a task line without a task"};
    TILECAST_TRY(Task task, task_from_json(json["task"]));
    set.tasks.emplace(task.key, std::move(task));
  } else if (type == "hardware") {
    if (!json.contains("hardware")) return Error{"a hardware line without hardware"};
    TILECAST_TRY(Hardware hardware, hardware_from_json(json["hardware"]));
    set.hardware.emplace(hardware.fingerprint, std::move(hardware));
  } else if (type == "machine") {
    if (!json.contains("machine")) return Error{"a machine line without a state"};
    TILECAST_TRY(MachineState state, machine_state_from_json(json["machine"]));
    set.machine_states.push_back(std::move(state));
  } else {
    return Error{fmt::format("unknown type '{}'", type)};
  }
  return Unit{};
}

Error system_error(std::string_view what, const std::filesystem::path& file) {
  return Error{fmt::format("{} {}: {}", what, file.string(), std::strerror(errno))};
}

}  // namespace

Result<RecordSet> read_record_log(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream || std::filesystem::is_directory(file)) return system_error("cannot read records from", file);
  RecordSet set;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.empty()) continue;
    const Status added = add_line(line, set);
    if (added.ok()) continue;
    if (set.skipped_lines++ == 0) {
      set.first_skipped = fmt::format("{}:{}: {}", file.string(), number, added.error().message);
    }
  }
  if (stream.bad()) return system_error("cannot read records from", file);
  return set;
}

struct RecordLog::Impl {
  std::filesystem::path file;
  int fd = -1;
  RecordSet contents;           // at the time of opening
  std::set<std::string> known;  // keys of tasks and fingerprints of hardware
  bool broken_line = false;     // the last write ended in the middle of a line

  ~Impl() {
    if (fd >= 0) ::close(fd);
  }

  Status write_line(const nlohmann::json& json) {
    std::string bytes = broken_line ? "\n" : "";
    // Names come from files: bytes that are not UTF-8 are replaced, not thrown about.
    bytes += json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    bytes += '\n';
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count = ::write(fd, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        const int reason = errno;
        broken_line = broken_line || done > 0;
        errno = reason;
        return system_error("cannot write to the record log", file);
      }
      done += static_cast<std::size_t>(count);
    }
    broken_line = false;
    return Unit{};
  }
};

RecordLog::RecordLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordLog::RecordLog(RecordLog&&) noexcept = default;
RecordLog& RecordLog::operator=(RecordLog&&) noexcept = default;
RecordLog::~RecordLog() = default;

Result<RecordLog> RecordLog::open(const std::filesystem::path& file) {
  auto impl = std::make_unique<Impl>();
  impl->file = file;
  impl->fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (impl->fd < 0) return system_error("cannot open the record log", file);
  const off_t size = ::lseek(impl->fd, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(impl->fd, &last, 1, size - 1) == 1) impl->broken_line = last != '\n';
  if (size > 0) {
    TILECAST_TRY(impl->contents, read_record_log(file));
    for (const auto& [key, task] : impl->contents.tasks) impl->known.insert(key);
    for (const auto& [fingerprint, hardware] : impl->contents.hardware) impl->known.insert(fingerprint);
  }
  return RecordLog(std::move(impl));
}

RecordSet RecordLog::take_contents() {
  return std::move(impl_->contents);
}

Status RecordLog::add_task(const Task& task) {
  if (impl_->known.contains(task.key)) return Unit{};
  TILECAST_CHECK(impl_->write_line({{"type", "task"}, {"task", to_json(task)}}));
  impl_->known.insert(task.key);
  return Unit{};
}

Status RecordLog::add_hardware(const Hardware& hardware) {
  if (impl_->known.contains(hardware.fingerprint)) return Unit{};
  TILECAST_CHECK(impl_->write_line({{"type", "hardware"}, {"hardware", to_json(hardware)}}));
  impl_->known.insert(hardware.fingerprint);
  return Unit{};
}

Status RecordLog::append(const MeasureRecord& record) {
  return impl_->write_line(to_json(record));
}

Status RecordLog::append(const MachineState& state) {
  return impl_->write_line({{"type", "machine"}, {"machine", to_json(state)}});
}

std::vector<MeasureRecord> records_of(const RecordSet& set, const std::string& task_key, const std::string& fingerprint,
                                      int threads) {
  std::vector<MeasureRecord> records;
  for (const MeasureRecord& record : set.records) {
    if (record.task_key == task_key && record.hardware == fingerprint && record.threads == threads) {
      records.push_back(record);
    }
  }
  return records;
}

std::map<std::string, std::vector<MeasureRecord>> records_by_task(const RecordSet& set, int threads,
                                                                  const std::string& fingerprint) {
  std::map<std::string, std::vector<MeasureRecord>> records;
  for (const MeasureRecord& record : set.records) {
    if (!record.ok() || (threads != 0 && record.threads != threads)) continue;
    std::vector<MeasureRecord>& of_task = records[record.task_key];
    const bool own = record.hardware == fingerprint;
    const bool own_before = !of_task.empty() && of_task.front().hardware == fingerprint;
    if (own_before && !own) continue;
    if (own && !own_before) of_task.clear();
    of_task.push_back(record);
  }
  return records;
}

std::map<std::string, MeasureRecord> fastest_records(const std::map<std::string, std::vector<MeasureRecord>>& records) {
  std::map<std::string, MeasureRecord> fastest;
  for (const auto& [key, of_task] : records) {
    fastest.emplace(key, *std::min_element(of_task.begin(), of_task.end(),
                                           [](const auto& a, const auto& b) { return a.seconds() < b.seconds(); }));
  }
  return fastest;
}

std::map<std::string, MeasureRecord> best_records(const RecordSet& set, int threads, const std::string& fingerprint) {
  return fastest_records(records_by_task(set, threads, fingerprint));
}

}  // namespace tilecast
