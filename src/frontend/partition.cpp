#include "frontend/partition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "codegen/codegen.h"
#include "frontend/fusion_kind.h"
#include "frontend/grouping.h"

namespace tilecast {
namespace {

std::string extents_text(const Shape& shape, std::size_t from) {
  return fmt::format(
      "{}", fmt::join(shape.begin() + static_cast<std::ptrdiff_t>(std::min(from, shape.size())), shape.end(), "x"));
}

// A convolution or pool: "conv3x3s2_28x28x128".
std::string window_title(const Network& network, const NetworkNode& node, const std::string& op) {
  auto kernel = node.attributes.get_ints("kernel");
  if (kernel.empty() && node.inputs.size() > 1) {
    const Shape& weight = network.node(node.inputs[1]).type.shape;
    kernel.assign(weight.begin(), weight.end() - 2);
  }
  const auto strides = node.attributes.get_ints("strides");
  const bool strided = std::any_of(strides.begin(), strides.end(), [](std::int64_t s) { return s > 1; });
  return fmt::format("{}{}{}_{}", op, extents_text(kernel, 0), strided ? fmt::format("s{}", strides.back()) : "",
                     extents_text(node.type.shape, 1));
}

std::string node_title(const Network& network, const NetworkNode& node) {
  const auto input_shape = [&](std::size_t i) -> const Shape& { return network.node(node.inputs[i]).type.shape; };
  if (node.op == "conv") {
    const std::int64_t groups = node.attributes.get_int("groups", 1);
    return window_title(network, node, groups == 1 ? "conv" : groups == input_shape(0).back() ? "dwconv" : "gconv");
  }
  if (node.op == "conv_transpose") return window_title(network, node, "deconv");
  if (node.op == "max_pool" || node.op == "avg_pool") {
    return window_title(network, node, node.op == "max_pool" ? "maxpool" : "avgpool");
  }
  if (node.op == "dense") {
    const Shape& weight = input_shape(1);
    return fmt::format("dense_{}x{}x{}", element_count(node.type.shape) / weight[1], weight[0], weight[1]);
  }
  return fmt::format("{}_{}", node.op, shape_to_string(node.type.shape));
}

// A group of several products: attention, or a depthwise convolution and the one after it.
std::string chain_title(const Network& network, NetworkId first, NetworkId last) {
  const NetworkNode& product = network.node(last);
  if (product.op == "batch_matmul") return "attention_" + shape_to_string(product.type.shape);
  return fmt::format("{}+{}", node_title(network, network.node(first)), product.type.shape.back());
}

// After the operator with the most work; element-wise ones count least.
std::string group_title(const Network& network, const NodeGroup& group) {
  std::vector<NetworkId> products;
  for (const NetworkId id : group) {
    if (fusion_kind(network.node(id)) == FusionKind::kProduct) products.push_back(id);
  }
  if (products.size() > 1) return chain_title(network, products.front(), products.back());
  for (const NetworkId id : group) {
    if (fusion_kind(network.node(id)) >= FusionKind::kRows) return node_title(network, network.node(id));
  }
  return node_title(network, network.node(group.back()));
}

// Its operands may be swapped, so that models that write them in another order have the same tasks.
bool is_commutative(const NetworkNode& node) {
  static const std::set<std::string> kCommutative = {"add", "mul", "min", "max"};
  return node.inputs.size() == 2 && kCommutative.contains(node.op);
}

class Partitioner {
 public:
  explicit Partitioner(const Network& network) : network_(network) {}

  Result<Partition> run() {
    for (const NodeGroup& group : group_nodes(network_)) TILECAST_CHECK(add_call(group));
    return std::move(partition_);
  }

 private:
  Status add_call(const NodeGroup& group) {
    TaskCall call{.name = network_.node(group.back()).name, .output = group.back(), .operators = group};
    Task task = make_task(group_title(network_, group), make_graph(group, call.inputs));
    const auto [known, is_new] = numbers_.emplace(task.key, partition_.tasks.size());
    if (is_new) {
      if (const auto program = build_program(task); !program.ok()) return program.error();
      task.name = unique_title(std::move(task.name));
      partition_.tasks.push_back({std::move(task), 0});
    }
    call.task = known->second;
    partition_.tasks[call.task].weight += 1;
    partition_.calls.push_back(std::move(call));
    return Unit{};
  }

  // The group's operators; what they read from elsewhere becomes the graph's inputs and is listed in `arguments`.
  OpGraph make_graph(const NodeGroup& group, std::vector<NetworkId>& arguments) const {
    const std::set<NetworkId> members(group.begin(), group.end());
    OpGraph graph;
    std::map<NetworkId, ValueId> values;
    for (const NetworkId id : group) {
      for (const NetworkId input : network_.node(id).inputs) {
        if (members.contains(input) || !values.emplace(input, static_cast<ValueId>(arguments.size())).second) continue;
        const NetworkNode& argument = network_.node(input);
        graph.inputs.push_back({fmt::format("in{}", arguments.size()), argument.type, argument.is_constant()});
        arguments.push_back(input);
      }
    }
    for (const NetworkId id : group) {
      const NetworkNode& node = network_.node(id);
      OpNode op{node.op, node.op, {}, node.attributes, node.type};
      for (const NetworkId input : node.inputs) op.inputs.push_back(values.at(input));
      if (is_commutative(node) && members.contains(node.inputs[1]) && !members.contains(node.inputs[0])) {
        std::swap(op.inputs[0], op.inputs[1]);
      }
      values[id] = graph.value_of_node(graph.nodes.size());
      graph.nodes.push_back(std::move(op));
    }
    graph.outputs = {values.at(group.back())};
    return graph;
  }

  std::string unique_title(std::string title) {
    const int count = ++titles_[title];
    return count == 1 ? title : fmt::format("{}#{}", title, count);
  }

  const Network& network_;
  Partition partition_;
  std::map<std::string, std::size_t> numbers_;  // task key -> index
  std::map<std::string, int> titles_;
};

}  // namespace

Result<Partition> partition(const Network& network) {
  return Partitioner(network).run();
}

NetworkId storage_of(const Network& network, NetworkId id) {
  while (network.node(id).op == "reshape") id = network.node(id).inputs[0];
  return id;
}

}  // namespace tilecast
