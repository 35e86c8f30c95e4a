// One ONNX operator as an expression of several of ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// What stands for a value after an error.
inline constexpr NetworkId kNoNetworkValue = -1;

// Adds operators for a node, so that an expression reads without a check a line: after the first error nothing more is
// added and every value is kNoNetworkValue, until `status` or `finish` return the error. Values are stored tensors;
// shapes and axes are those of the stored ones.
class Composition {
 public:
  explicit Composition(NodeLowering& node) : node_(node) {}

  // A value, or the error of a function of NodeLowering.
  NetworkId take(Result<NetworkId> value);
  NetworkId plain(std::size_t input) { return take(node_.plain(input)); }
  NetworkId constant(DataType dtype, Shape shape, const std::vector<double>& values) {
    return node_.constant(dtype, std::move(shape), values);
  }

  NetworkId unary(const std::string& op, NetworkId x, Attributes attributes = {});
  // Element-wise with broadcasting; comparisons make booleans.
  NetworkId binary(const std::string& op, NetworkId a, NetworkId b);
  // x OP number.
  NetworkId scalar(const std::string& op, NetworkId x, double number);
  NetworkId where(NetworkId condition, NetworkId a, NetworkId b);
  NetworkId cast(NetworkId x, DataType type);
  // kind: sum, mean, max, min, prod. No axes: x itself.
  NetworkId reduce(const std::string& kind, NetworkId x, const Ints& axes, bool keepdims = true);
  NetworkId reshape(NetworkId x, Shape shape);
  // Dimension d of the result is dimension perm[d] of x.
  NetworkId transpose(NetworkId x, const DimOrder& perm);
  NetworkId expand(NetworkId x, const Shape& shape);
  // Any other operator.
  NetworkId apply(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes, Shape shape);

  // Of a value; a scalar's after an error.
  Shape shape(NetworkId x) const { return failed(x) ? Shape{} : node_.type(x).shape; }
  Status status() const;
  // Sets an output of the node to a value whose dimensions are stored in this order, or in ONNX's.
  Status finish(NetworkId value, const DimOrder& order, std::size_t output = 0);
  Status finish(NetworkId value, std::size_t output = 0);

 private:
  bool failed(NetworkId x) const { return error_ || x < 0; }
  NetworkId emit(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes, TensorType type);

  NodeLowering& node_;
  std::optional<Error> error_;
};

}  // namespace tilecast
