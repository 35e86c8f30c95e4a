#include "measure/measurer.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/hardware.h"
#include "base/statistics.h"
#include "base/stopwatch.h"
#include "base/temp_directory.h"
#include "measure/protocol.h"
#include "measure/reference.h"
#include "measure/worker.h"

namespace tilecast {
namespace {

using Clock = std::chrono::steady_clock;

double now_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

MeasureErrorKind build_error(WorkerFailure::Kind kind) {
  switch (kind) {
    case WorkerFailure::Kind::kTimeout:
      return MeasureErrorKind::kCompileTimeout;
    case WorkerFailure::Kind::kOutOfMemory:
      return MeasureErrorKind::kOutOfMemory;
    case WorkerFailure::Kind::kCrash:
      break;
  }
  return MeasureErrorKind::kCompileCrash;
}

MeasureErrorKind run_error(WorkerFailure::Kind kind) {
  switch (kind) {
    case WorkerFailure::Kind::kTimeout:
      return MeasureErrorKind::kRunTimeout;
    case WorkerFailure::Kind::kOutOfMemory:
      return MeasureErrorKind::kOutOfMemory;
    case WorkerFailure::Kind::kCrash:
      break;
  }
  return MeasureErrorKind::kRunCrash;
}

// Records are lines: what comes from a compiler may hold several.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  constexpr std::size_t kLongest = 400;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + " …";
  return text;
}

struct Built {
  BuildReply reply;
  std::string shared_object;
  double seconds = 0;
};

// Enough copies of a kernel's constants for their caches: more would be found there no less.
constexpr std::int64_t kCachesOfCopies = 2;
constexpr std::int64_t kMostCopiedBytes = std::int64_t{256} << 20;

std::int64_t bytes_of_copies(std::int64_t constant_bytes, const Hardware& hardware) {
  return std::min({constant_bytes, kCachesOfCopies * hardware.l3_bytes, kMostCopiedBytes});
}

std::vector<std::size_t> constants_of(const OpGraph& graph) {
  std::vector<std::size_t> constants;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    if (graph.inputs[i].is_constant) constants.push_back(i);
  }
  return constants;
}

class ProcessMeasurer final : public Measurer {
 public:
  ProcessMeasurer(MeasureOptions options, TempDirectory directory)
      : options_(std::move(options)),
        directory_(std::move(directory)),
        hardware_(probe_hardware()),
        constant_bytes_(bytes_of_copies(options_.constant_bytes, hardware_)),
        runner_(worker_program("tilecast-runner"), options_.memory_limit_bytes) {
    for (int i = 0; i < std::max(options_.builders, 1); ++i) {
      builders_.emplace_back(worker_program("tilecast-builder"), options_.memory_limit_bytes);
    }
  }

  Status start() {
    for (Worker& builder : builders_) TILECAST_CHECK(builder.start());
    return runner_.start();
  }

  Status measure(const TaskContext& task, std::span<const Trajectory> trajectories, double best_seconds,
                 const MeasureCallback& done) override {
    TILECAST_CHECK(ensure_reference(task));
    std::vector<Built> built(trajectories.size());
    TILECAST_CHECK(build_all(task.task, trajectories, built));
    for (std::size_t i = 0; i < trajectories.size() && !cancelled(); ++i) {
      MeasureRecord record = start_record(task.task, trajectories[i], built[i]);
      if (record.ok()) {
        TILECAST_CHECK(run_one(task.task, built[i], best_seconds, record));
        if (record.ok()) best_seconds = std::min(best_seconds, record.seconds());
      }
      std::error_code ignored;
      std::filesystem::remove(built[i].shared_object, ignored);
      done(i, record);
    }
    return Unit{};
  }

 private:
  bool cancelled() const { return options_.cancelled && options_.cancelled(); }

  std::filesystem::path worker_program(std::string_view name) const {
    const auto directory = options_.worker_directory.empty() ? directory_of_this_program() : options_.worker_directory;
    return directory / name;
  }

  std::string reference_file(const Task& task) const { return directory_.path() / (task.key + ".reference"); }

  Status ensure_reference(const TaskContext& context) {
    if (references_.contains(context.task.key)) return Unit{};
    std::vector<Built> built(1);
    const Trajectory plain = reference_trajectory(context.initial);
    TILECAST_CHECK(build_all(context.task, {&plain, 1}, built));
    const auto failed = [&](std::string_view reason) {
      return Error{fmt::format("task {}: its reference program cannot be run: {}", context.task.name, reason)};
    };
    if (built[0].reply.error != MeasureErrorKind::kNone) return failed(built[0].reply.message);
    MeasureRecord record;
    RunRequest request = run_request(context.task, built[0]);
    request.write_reference = true;
    TILECAST_CHECK(run(request, 10 * options_.run_timeout, record));
    std::filesystem::remove(built[0].shared_object);
    if (!record.ok()) return failed(record.message);
    TILECAST_TRY(const std::vector<std::byte> output, read_bytes(reference_file(context.task)));
    TILECAST_CHECK(check_reference(context, output, options_.tolerance));
    references_.insert(context.task.key);
    return Unit{};
  }

  static Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    std::vector<std::byte> bytes(stream ? static_cast<std::size_t>(stream.tellg()) : 0);
    stream.seekg(0);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream) return Error{fmt::format("cannot read {}", file.string())};
    return bytes;
  }

  // Builds on all builders at once. A failure of a candidate is in its reply.
  Status build_all(const Task& task, std::span<const Trajectory> trajectories, std::vector<Built>& built) {
    struct Job {
      std::size_t index;
      Clock::time_point start;
    };
    std::vector<std::optional<Job>> jobs(builders_.size());
    std::size_t next = 0;
    const auto finish = [&](std::size_t b, BuildReply reply) {
      built[jobs[b]->index].seconds = seconds_since(jobs[b]->start);
      built[jobs[b]->index].reply = std::move(reply);
      jobs[b].reset();
    };
    const auto fail = [&](std::size_t b, const WorkerFailure& failure) {
      finish(b, {.error = build_error(failure.kind), .message = failure.message});
    };
    for (;;) {
      bool busy = false;
      for (std::size_t b = 0; b < builders_.size(); ++b) {
        while (!jobs[b] && next < trajectories.size() && !cancelled()) {
          TILECAST_CHECK(builders_[b].start());
          jobs[b] = Job{next, Clock::now()};
          built[next].shared_object = directory_.path() / fmt::format("candidate{}.so", serial_++);
          const BuildRequest request{task, trajectories[next], built[next].shared_object};
          ++next;
          if (const auto sent = builders_[b].send(to_json(request), options_.build_timeout); !sent.ok()) {
            fail(b, sent.error());
          }
        }
        busy = busy || jobs[b].has_value();
      }
      if (!busy) return Unit{};
      const auto is_busy = [&](std::size_t b) { return jobs[b].has_value(); };
      const std::size_t b = wait_for_builder(is_busy);
      const auto answer = builders_[b].receive();
      if (!answer.ok()) {
        fail(b, answer.error());
      } else if (auto reply = build_reply_from_json(*answer); reply.ok()) {
        finish(b, *std::move(reply));
      } else {
        finish(b, {.error = MeasureErrorKind::kCompileCrash, .message = reply.error().message});
      }
    }
  }

  // The first busy builder that has answered, died, or is past its deadline.
  template <class IsBusy>
  std::size_t wait_for_builder(const IsBusy& is_busy) {
    for (;;) {
      std::vector<pollfd> entries;
      std::vector<std::size_t> owners;
      Deadline nearest = Deadline::max();
      for (std::size_t b = 0; b < builders_.size(); ++b) {
        if (!is_busy(b)) continue;
        if (builders_[b].deadline() <= Clock::now()) return b;
        nearest = std::min(nearest, builders_[b].deadline());
        entries.push_back({.fd = builders_[b].read_fd(), .events = POLLIN, .revents = 0});
        owners.push_back(b);
      }
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(nearest - Clock::now()).count();
      ::poll(entries.data(), entries.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].revents != 0) return owners[i];
      }
    }
  }

  MeasureRecord start_record(const Task& task, const Trajectory& trajectory, const Built& built) const {
    MeasureRecord record;
    record.task_key = task.key;
    record.hardware = hardware_.fingerprint;
    record.threads = options_.threads;
    record.trajectory = trajectory;
    record.error = built.reply.error;
    record.message = one_line(built.reply.message);
    record.build_seconds = built.seconds;
    record.timestamp = now_since_1970();
    return record;
  }

  RunRequest run_request(const Task& task, const Built& built) const {
    return {.task_key = task.key,
            .shared_object = built.shared_object,
            .inputs = built.reply.inputs,
            .output = built.reply.output,
            .constants = constants_of(task.graph),
            .constant_bytes = constant_bytes_,
            .threads = options_.threads,
            .reference_file = reference_file(task),
            .tolerance = options_.tolerance,
            .timing = options_.timing};
  }

  Status run_one(const Task& task, const Built& built, double best_seconds, MeasureRecord& record) {
    RunRequest request = run_request(task, built);
    request.timing.give_up_seconds = best_seconds * options_.cut_short_ratio;
    return run(request, options_.run_timeout, record);
  }

  Status run(const RunRequest& request, double timeout, MeasureRecord& record) {
    TILECAST_CHECK(runner_.start());
    const auto start = Clock::now();
    const auto fail = [&](MeasureErrorKind kind, const std::string& message) {
      record.error = kind;
      record.message = one_line(message);
    };
    auto answer = runner_.send(to_json(request), timeout).ok()
                      ? runner_.receive()
                      : WorkerFailure{WorkerFailure::Kind::kCrash, "no runner"};
    record.run_seconds = seconds_since(start);
    if (!answer.ok()) {
      fail(run_error(answer.error().kind), answer.error().message);
      return Unit{};
    }
    const auto reply = run_reply_from_json(*answer);
    if (!reply.ok()) {
      fail(MeasureErrorKind::kRunCrash, reply.error().message);
    } else if (reply->error != MeasureErrorKind::kNone) {
      fail(reply->error, reply->message);
    } else {
      record.latencies = reply->timing.samples;
      record.cut_short = reply->timing.cut_short;
    }
    return Unit{};
  }

  MeasureOptions options_;
  TempDirectory directory_;
  Hardware hardware_;
  std::int64_t constant_bytes_;
  std::vector<Worker> builders_;
  Worker runner_;
  std::set<std::string> references_;  // keys of tasks whose reference file is there
  std::uint64_t serial_ = 0;
};

}  // namespace

Result<std::unique_ptr<Measurer>> Measurer::create(MeasureOptions options) {
  TILECAST_TRY(TempDirectory directory, TempDirectory::create("tilecast-measure"));
  auto measurer = std::make_unique<ProcessMeasurer>(std::move(options), std::move(directory));
  TILECAST_CHECK(measurer->start());
  return std::unique_ptr<Measurer>(std::move(measurer));
}

}  // namespace tilecast
