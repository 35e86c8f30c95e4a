#include "runtime/package/task_model.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/random.h"

namespace tilecast {
namespace {

// Weights of products are divided by the square root of how many terms a sum has: the elements that share one value of
// the last dimension.
NetworkId add_random_constant(Network& network, const std::string& name, const Shape& shape, Random& random) {
  const std::int64_t count = element_count(shape);
  const double terms = shape.size() > 1 ? static_cast<double>(count) / static_cast<double>(shape.back()) : 1;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>((2 * random.uniform() - 1) / std::sqrt(terms));
  return add_float_constant(network, name, shape, values);
}

class TaskModel {
 public:
  explicit TaskModel(std::uint64_t seed) : random_(seed) {}

  void add(const Task& task) {
    const OpGraph& graph = task.graph;
    std::vector<NetworkId> values;
    for (const GraphInput& input : graph.inputs) values.push_back(add_input(task.name + "." + input.name, input));
    TaskCall call{.name = task.name, .task = number_of(task), .inputs = values};
    for (const OpNode& node : graph.nodes) {
      std::vector<NetworkId> inputs;
      for (const ValueId input : node.inputs) inputs.push_back(values[static_cast<std::size_t>(input)]);
      values.push_back(model_.network.add(
          {task.name + "." + node.name, node.op, std::move(inputs), node.attributes, node.type, nullptr}));
      call.operators.push_back(values.back());
    }
    call.output = values[static_cast<std::size_t>(graph.outputs.front())];
    model_.network.outputs.push_back({task.name, call.output});
    model_.partition.calls.push_back(std::move(call));
  }

  ImportedModel take() { return std::move(model_); }

 private:
  NetworkId add_input(const std::string& name, const GraphInput& input) {
    Network& network = model_.network;
    if (input.is_constant) return add_random_constant(network, name, input.type.shape, random_);
    const NetworkId id = network.add({name, "input", {}, {}, input.type, nullptr});
    network.inputs.push_back(id);
    return id;
  }

  std::size_t number_of(const Task& task) {
    std::vector<WeightedTask>& tasks = model_.partition.tasks;
    const auto [known, is_new] = numbers_.emplace(task.key, tasks.size());
    if (is_new) tasks.push_back({task, 0});
    tasks[known->second].weight += 1;
    return known->second;
  }

  Random random_;
  ImportedModel model_;
  std::map<std::string, std::size_t> numbers_;  // task key -> index
};

}  // namespace

ImportedModel model_of_tasks(std::span<const WeightedTask> tasks, std::uint64_t seed) {
  TaskModel model(seed);
  for (const WeightedTask& weighted : tasks) model.add(weighted.task);
  return model.take();
}

}  // namespace tilecast
