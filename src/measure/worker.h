// A worker process that answers requests: started when it is needed, and started again after it had to be killed or
// died.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/child_process.h"
#include "base/result.h"

namespace tilecast {

// Why a request has no answer. The process is gone in each case.
struct WorkerFailure {
  enum class Kind : std::uint8_t { kTimeout, kCrash, kOutOfMemory } kind = Kind::kCrash;
  std::string message;
};

class Worker {
 public:
  // `memory_limit_bytes`: how far the address space may grow beyond that of the idle worker.
  Worker(std::filesystem::path program, std::int64_t memory_limit_bytes)
      : program_(std::move(program)), memory_limit_bytes_(memory_limit_bytes) {}

  // Starts the process unless it is running, and waits until it is ready.
  Status start();
  // Sends a request; the worker must be running and idle. The answer is due within `timeout` seconds.
  Result<Unit, WorkerFailure> send(const nlohmann::json& request, double timeout);
  // Waits for the answer to the request that was sent.
  Result<nlohmann::json, WorkerFailure> receive();

  int read_fd() { return child_->channel().read_fd(); }
  Deadline deadline() const { return deadline_; }

 private:
  WorkerFailure fail(ChannelFailure failure);

  std::filesystem::path program_;
  std::int64_t memory_limit_bytes_;
  std::optional<ChildProcess> child_;
  Deadline deadline_{};
  double timeout_ = 0;
};

}  // namespace tilecast
