// Stands in for tilecast-builder in measurer_test: "builds" the hostile kernel that the candidate's unroll limit names,
// or misbehaves itself. HOSTILE_DIRECTORY holds the kernels.
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/child_process.h"
#include "hostile_kinds.h"
#include "measure/protocol.h"

int main() {
  using namespace tilecast;
  MessageChannel channel(ChildProcess::kReadFd, ChildProcess::kWriteFd);
  if (!channel.send(kWorkerReady).ok()) return 0;
  for (;;) {
    const auto message = channel.receive();
    if (!message.ok()) return 0;
    const auto request = build_request_from_json(nlohmann::json::parse(*message));
    if (!request.ok()) return 1;
    const std::string kind = testing::hostile_kind(request->trajectory);
    if (kind == "build_crash") raise(SIGSEGV);
    if (kind == "build_memory") return kOutOfMemoryExit;
    if (kind == "build_hang") {
      for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    const auto kernel = std::filesystem::path(HOSTILE_DIRECTORY) / ("libhostile_" + kind + ".so");
    std::filesystem::copy_file(kernel, request->file, std::filesystem::copy_options::overwrite_existing);
    const std::vector<std::int64_t> extents = request->task.graph.inputs[0].type.shape;
    const BuildReply reply{.inputs = {{.extents = extents}}, .output = {.extents = extents}};
    if (!channel.send(to_json(reply).dump()).ok()) return 0;
  }
}
