// Runs one node test after another, in a process of its own: what a test does to it costs that test only.
#include <nlohmann/json.hpp>

#include "base/child_process.h"
#include "measure/protocol.h"
#include "run_node_test.h"

int main() {
  using namespace tilecast;
  MessageChannel channel(ChildProcess::kReadFd, ChildProcess::kWriteFd);
  if (!channel.send(kWorkerReady).ok()) return 0;
  for (;;) {
    const auto message = channel.receive();
    if (!message.ok()) return 0;
    const nlohmann::json request = nlohmann::json::parse(*message, nullptr, false);
    if (!request.is_string()) return 1;
    const nlohmann::json reply = to_json(testing::run_node_test(request.get<std::string>()));
    if (!channel.send(reply.dump()).ok()) return 0;
  }
}
