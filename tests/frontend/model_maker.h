// ONNX models put together by hand, for forms that no exporter writes.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "frontend/constant_folding.h"
#include "frontend/lowering/lowering.h"
#include "network_evaluator.h"

namespace tilecast {

class ModelMaker {
 public:
  ModelValueId input(const std::string& name, Shape shape) {
    model_.inputs.push_back(value(name));
    model_.values.back().type = TensorType{DataType::kFloat32, std::move(shape)};
    return model_.inputs.back();
  }
  ModelValueId ones(Shape shape) {
    const std::vector<double> numbers(static_cast<std::size_t>(element_count(shape)), 1.0);
    return constant(DataType::kFloat32, std::move(shape), numbers);
  }
  ModelValueId constant(DataType type, const std::vector<double>& numbers) {
    return constant(type, {static_cast<std::int64_t>(numbers.size())}, numbers);
  }
  ModelValueId constant(DataType type, Shape shape, const std::vector<double>& numbers) {
    const ModelValueId id = value("c" + std::to_string(model_.values.size()));
    model_.values.back().type = TensorType{type, std::move(shape)};
    model_.values.back().constant = constant_bytes(type, numbers);
    return id;
  }
  // A node with one output.
  ModelValueId node(const std::string& op, std::vector<ModelValueId> inputs, Attributes attributes = {}) {
    return nodes(op, std::move(inputs), std::move(attributes), 1).front();
  }
  // A node with several.
  std::vector<ModelValueId> nodes(const std::string& op, std::vector<ModelValueId> inputs, Attributes attributes,
                                  std::size_t count) {
    std::vector<ModelValueId> outputs;
    for (std::size_t i = 0; i < count; ++i) outputs.push_back(value("v" + std::to_string(model_.values.size())));
    model_.nodes.push_back({.name = "/" + op,
                            .op = op,
                            .opset = 17,
                            .inputs = std::move(inputs),
                            .outputs = outputs,
                            .attributes = std::move(attributes)});
    return outputs;
  }
  Result<Network> lower(ModelValueId output) {
    model_.outputs = {output};
    return lower_model(model_);
  }

 private:
  ModelValueId value(const std::string& name) {
    model_.values.push_back({.name = name});
    return static_cast<ModelValueId>(model_.values.size()) - 1;
  }

  Model model_;
};

inline int count_nodes(const Network& network, const std::string& op) {
  const auto order = live_order(network);
  return static_cast<int>(
      std::count_if(order.begin(), order.end(), [&](NetworkId id) { return network.node(id).op == op; }));
}

// The elements of the first output for these of the only input; nothing where the network cannot be computed.
inline std::vector<double> run(const Network& network, const std::vector<double>& x) {
  const NetworkNode& input = network.node(network.inputs.front());
  const auto outputs = evaluate_network(network, {{input.name, {input.type, *constant_bytes(input.type.dtype, x)}}});
  if (!outputs.ok()) return {};
  return to_numbers(outputs->front().type.dtype, outputs->front().bytes);
}

}  // namespace tilecast
