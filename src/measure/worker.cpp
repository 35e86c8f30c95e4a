#include "measure/worker.h"

#include <fmt/format.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "measure/protocol.h"

namespace tilecast {
namespace {

constexpr double kStartSeconds = 30;

}  // namespace

Status Worker::start() {
  if (child_) return Unit{};
  TILECAST_TRY(child_, ChildProcess::spawn({.program = program_}));
  const auto ready = child_->channel().receive(deadline_after(kStartSeconds));
  if (!ready.ok() || *ready != kWorkerReady) {
    child_.reset();
    return Error{fmt::format("{} did not start: build Tilecast again, or see whether the program runs by itself",
                             program_.string())};
  }
  return child_->limit_memory(memory_limit_bytes_);
}

Result<Unit, WorkerFailure> Worker::send(const nlohmann::json& request, double timeout) {
  deadline_ = deadline_after(timeout);
  timeout_ = timeout;
  const auto sent = child_->channel().send(request.dump(), deadline_);
  if (!sent.ok()) return fail(sent.error());
  return Unit{};
}

Result<nlohmann::json, WorkerFailure> Worker::receive() {
  const auto message = child_->channel().receive(deadline_);
  if (!message.ok()) return fail(message.error());
  nlohmann::json json = nlohmann::json::parse(*message, nullptr, false);
  if (json.is_discarded()) return fail(ChannelFailure::kBroken);
  return json;
}

WorkerFailure Worker::fail(ChannelFailure failure) {
  WorkerFailure result;
  if (failure == ChannelFailure::kTimeout) {
    child_->kill();
    result = {WorkerFailure::Kind::kTimeout, fmt::format("no answer after {:g} s", timeout_)};
  } else {
    // A process that closed its channel is about to end; one that does not is killed.
    const auto ended = child_->wait(deadline_after(1));
    const ExitStatus status = ended ? *ended : child_->kill();
    const bool memory = status == ExitStatus{.exit_code = kOutOfMemoryExit, .signal = 0};
    result.kind = memory ? WorkerFailure::Kind::kOutOfMemory : WorkerFailure::Kind::kCrash;
    result.message = memory ? "more memory than the limit" : "the process ended with " + to_text(status);
  }
  child_.reset();
  return result;
}

}  // namespace tilecast
