// Task: one fused subgraph with fixed shapes, to be tuned for one target.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "ir/op_graph.h"

namespace tilecast {

// What code is made for. `features` is the instruction set in Halide's words ("x86-64-linux-avx512_zen4…" after the
// dash-separated architecture), or "host" for whatever the building machine has.
struct Target {
  std::string kind = "host";  // host, cuda, opencl
  std::string features = "host";
  bool operator==(const Target&) const = default;
};

struct Task {
  std::string key;   // sixteen hexadecimal digits: a stable hash of graph and target kind
  std::string name;  // for people; two tasks of one key may have different names
  OpGraph graph;
  Target target;
  // Multiply-adds of contractions times two (other operators: one per scalar operation); 0 when not meaningful.
  double flops = 0;
};

// A task and how often it occurs in the model that it is from.
struct WeightedTask {
  Task task;
  double weight = 1;
};

// Fills in the key, and flops when `flops` is 0 (by count_flops).
Task make_task(std::string name, OpGraph graph, Target target = {}, double flops = 0);

// 2 x multiply-adds of the contractions (conv, conv_transpose, dense, batch_matmul) in the graph; when there is none,
// the number of elements that the nodes write.
double count_flops(const OpGraph& graph);

nlohmann::json to_json(const Task& task);
// Refuses a task whose stored key does not fit its content.
Result<Task> task_from_json(const nlohmann::json& json);

}  // namespace tilecast
