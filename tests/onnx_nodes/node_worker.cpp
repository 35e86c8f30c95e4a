#include "node_worker.h"

#include <nlohmann/json.hpp>

#include "base/child_process.h"

namespace tilecast::testing {
namespace {

// Far beyond what any test takes on a busy machine.
constexpr double kTimeoutSeconds = 240;
// More than the compiler processes, which are the worker's children, are given.
constexpr std::int64_t kMemoryBytes = std::int64_t{64} << 30;

NodeOutcome failed(const std::string& reason) {
  return {.kind = OutcomeKind::kFail, .reason = reason};
}

}  // namespace

NodeWorker::NodeWorker() : worker_(directory_of_this_program() / "onnx_node_worker", kMemoryBytes) {}

NodeOutcome NodeWorker::run(const std::filesystem::path& folder) {
  if (const Status started = worker_.start(); !started.ok()) return failed(started.error().message);
  if (const auto sent = worker_.send(folder.string(), kTimeoutSeconds); !sent.ok()) return failed(sent.error().message);
  const auto reply = worker_.receive();
  if (!reply.ok()) return failed(reply.error().message);
  const auto outcome = node_outcome_from_json(*reply);
  return outcome.ok() ? *outcome : failed(outcome.error().message);
}

}  // namespace tilecast::testing
