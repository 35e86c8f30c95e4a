// Node tests in a worker process.
#pragma once

#include <filesystem>

#include "measure/worker.h"
#include "node_outcome.h"

namespace tilecast::testing {

// For one thread, which must live as long.
class NodeWorker {
 public:
  NodeWorker();
  // Of the test in `folder`; one that crashes or hangs fails, and the next one gets a new process.
  NodeOutcome run(const std::filesystem::path& folder);

 private:
  Worker worker_;
};

}  // namespace tilecast::testing
