// Operands of element-wise operators, brought to one order and broadcast against each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// The element of a constant that an attribute can carry instead: finite and, if whole, exact in a double.
std::optional<double> scalar_attribute(const NodeLowering& node, NetworkId id);

// A binary operator whose output has this shape; a constant operand with one element becomes an attribute.
Result<NetworkId> emit_binary(NodeLowering& node, const std::string& op, NetworkId a, NetworkId b,
                              const TensorType& type);

// Emits operators over all inputs of a node.
class Elementwise {
 public:
  // In the order of the first operand that is no constant and has all of the output's dimensions: nothing moves for it.
  // An error when the shapes of the inputs cannot be broadcast.
  static Result<Elementwise> create(NodeLowering& node);

  Result<NetworkId> operand(std::size_t i) { return node_.broadcast_operand(i, order_); }
  Result<NetworkId> emit(const std::string& op, const std::vector<NetworkId>& inputs, DataType type,
                         Attributes attributes = {});
  Result<NetworkId> binary(const std::string& op, NetworkId a, NetworkId b, DataType type);
  // Makes the value the node's output.
  Status finish(NetworkId value);

 private:
  Elementwise(NodeLowering& node, Shape shape, DimOrder order)
      : node_(node), shape_(std::move(shape)), order_(std::move(order)) {}

  Shape joined_shape(const std::vector<NetworkId>& inputs) const;

  NodeLowering& node_;
  Shape shape_;  // of the output, as ONNX has it
  DimOrder order_;
};

Status require_same_types(const NodeLowering& node, std::size_t from = 0);
Status require_no_bool(const NodeLowering& node);

}  // namespace tilecast
