// Model: an ONNX graph as plain data, with every shape fixed and every constant at hand. What the frontend's passes
// work on.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/op_graph.h"
#include "ir/tensor_type.h"

namespace tilecast {

// Index into Model::values; kNoValue: an optional input or output that is left out.
using ModelValueId = int;
inline constexpr ModelValueId kNoValue = -1;

struct ModelValue {
  std::string name;
  std::optional<TensorType> type;  // nothing: inference did not find it; folding may
  // The elements, row-major, when they are known before the model runs (initializers, Constant nodes); else null.
  std::shared_ptr<const std::vector<std::byte>> constant;
};

// One ONNX node. Attributes that are tensors have become constant inputs' values (Constant nodes disappear);
// lists of strings have become one string with commas between them.
struct ModelNode {
  std::string name;  // the node's own, or that of its first output
  std::string op;
  std::string domain;  // empty: ONNX's own
  int opset = 0;       // of the domain, as the model imports it
  std::vector<ModelValueId> inputs;
  std::vector<ModelValueId> outputs;
  Attributes attributes;
};

// Nodes are in topological order.
struct Model {
  std::vector<ModelValue> values;
  std::vector<ModelNode> nodes;
  std::vector<ModelValueId> inputs;
  std::vector<ModelValueId> outputs;
};

}  // namespace tilecast
