#include "ir/task.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace tilecast {
namespace {

std::string task_key(const OpGraph& graph, const Target& target) {
  StableHash hash;
  hash.add_int(content_hash(graph));
  hash.add_bytes(target.kind);
  return hash_to_hex(hash.finish());
}

// Multiply-adds times two of one contraction; 0 for other operators, and where the operands do not fit (ops/ says why).
double contraction_flops(const OpGraph& graph, const OpNode& node) {
  if (node.inputs.size() != 2) return 0;
  const Shape& a = graph.type_of(node.inputs[0]).shape;
  const Shape& b = graph.type_of(node.inputs[1]).shape;
  if (a.empty() || b.empty() || node.type.shape.empty()) return 0;
  const auto written = static_cast<double>(element_count(node.type.shape));
  // The last extent of a weight is how many outputs (conv) or outputs a group (conv_transpose) share the others.
  if (node.op == "conv") {
    return 2 * written * static_cast<double>(element_count(b)) / static_cast<double>(node.type.shape.back());
  }
  if (node.op == "conv_transpose") {
    return 2 * static_cast<double>(element_count(a)) * static_cast<double>(element_count(b)) /
           static_cast<double>(a.back());
  }
  if (node.op == "dense") return 2 * written * static_cast<double>(b.front());
  if (node.op == "batch_matmul" && a.size() > 1) {
    const bool transposed = node.attributes.get_int("transpose_a", 0) != 0;
    return 2 * written * static_cast<double>(a[a.size() - (transposed ? 2 : 1)]);
  }
  return 0;
}

}  // namespace

double count_flops(const OpGraph& graph) {
  double contractions = 0;
  double elements = 0;
  for (const OpNode& node : graph.nodes) {
    contractions += contraction_flops(graph, node);
    elements += static_cast<double>(element_count(node.type.shape));
  }
  return contractions > 0 ? contractions : elements;
}

Task make_task(std::string name, OpGraph graph, Target target, double flops) {
  Task task;
  task.key = task_key(graph, target);
  task.name = std::move(name);
  task.flops = flops > 0 ? flops : count_flops(graph);
  task.graph = std::move(graph);
  task.target = std::move(target);
  return task;
}

nlohmann::json to_json(const Task& task) {
  return {{"key", task.key},
          {"name", task.name},
          {"graph", to_json(task.graph)},
          {"target", {{"kind", task.target.kind}, {"features", task.target.features}}},
          {"flops", task.flops}};
}

Result<Task> task_from_json(const nlohmann::json& json) {
  Task task;
  try {
    TILECAST_TRY(OpGraph graph, op_graph_from_json(json.at("graph")));
    const Target target{json.at("target").at("kind").get<std::string>(),
                        json.at("target").at("features").get<std::string>()};
    task = make_task(json.at("name").get<std::string>(), std::move(graph), target, json.at("flops").get<double>());
    const auto key = json.at("key").get<std::string>();
    if (key != task.key) {
      return Error{fmt::format("task '{}' has the key {}, but its content has {}: the line was changed", task.name, key,
                               task.key)};
    }
  } catch (const std::exception& e) {  // the JSON library reports wrong types by throwing
    return Error{fmt::format("the task cannot be read: {}", e.what())};
  }
  return task;
}

}  // namespace tilecast
