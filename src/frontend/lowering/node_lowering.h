// What the functions that lower ONNX operators work with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontend/lowering/lowering.h"

namespace tilecast {

using Ints = std::vector<std::int64_t>;

// An order of dimensions: dimension d of the ONNX tensor is dimension order[d] of the stored one.
using DimOrder = std::vector<std::size_t>;

DimOrder plain_order(std::size_t rank);
// N, C, S… as ONNX has it, stored as N, S…, C.
DimOrder channels_last_order(std::size_t rank);

// An ONNX value as it is stored: transpositions are remembered, not carried out, until an operator needs another order.
struct View {
  NetworkId value = -1;
  DimOrder order;
};

// What is made of a model, node by node.
struct LoweringState {
  Network network;
  std::vector<std::optional<View>> views;                      // by ModelValueId
  std::map<std::pair<NetworkId, Ints>, NetworkId> transposed;  // by value and permutation, so that none is made twice
};

// One ONNX node being lowered. Indices are of the ONNX node's inputs and outputs; shapes are ONNX's.
class NodeLowering {
 public:
  NodeLowering(const Model& model, const ModelNode& node, LoweringState& state)
      : model_(model), node_(node), state_(state) {}

  const ModelNode& node() const { return node_; }
  const Attributes& attributes() const { return node_.attributes; }
  // "node 'NAME' (Op, domain ai.onnx): REASON".
  Error error(const std::string& reason) const;

  std::size_t input_count() const { return node_.inputs.size(); }
  std::size_t output_count() const { return node_.outputs.size(); }
  // Whether the optional input or output is given.
  bool has_input(std::size_t i) const { return i < node_.inputs.size() && node_.inputs[i] != kNoValue; }
  bool has_output(std::size_t i) const { return i < node_.outputs.size() && node_.outputs[i] != kNoValue; }
  const View& view(std::size_t i) const;
  Shape shape(std::size_t i) const;
  std::size_t rank(std::size_t i) const { return view(i).order.size(); }
  DataType dtype(std::size_t i) const { return type(view(i).value).dtype; }
  bool is_constant(std::size_t i) const { return is_constant_value(view(i).value); }
  bool is_constant_value(NetworkId id) const { return state_.network.node(id).is_constant(); }
  // An error unless all inputs that are given have float32 elements.
  Status require_float() const;
  // Input `i` where it must be known before the model runs; `what` is its role for the message ("shape").
  Result<std::vector<double>> constant_numbers(std::size_t i, const std::string& what);
  Result<Ints> constant_ints(std::size_t i, const std::string& what);
  Result<double> constant_number(std::size_t i, const std::string& what);
  // The only element of a value that is constant and has one.
  std::optional<double> scalar(NetworkId id) const { return scalar_value(state_.network.node(id)); }

  // A non-negative axis of a tensor of this rank, or an error.
  Result<std::size_t> axis(std::int64_t given, std::size_t rank) const;
  // The same for several, in ascending order; one that is listed twice is an error.
  Result<std::vector<std::size_t>> axes(const Ints& given, std::size_t rank) const;

  // The input stored in this order.
  Result<NetworkId> stored(std::size_t i, const DimOrder& order) { return in_order(view(i), order); }
  Result<NetworkId> plain(std::size_t i) { return stored(i, plain_order(shape(i).size())); }
  Result<NetworkId> in_order(const View& view, const DimOrder& order);
  // Input `i` as an operand of an element-wise operator whose output has this rank and order: outer dimensions of
  // extent 1 added or dropped.
  Result<NetworkId> broadcast_operand(std::size_t i, const DimOrder& order);

  // Adds an operator, or the constant that it makes of constants. An error when ops/ cannot build it.
  Result<NetworkId> emit(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes, TensorType type);
  Result<NetworkId> emit_float(const std::string& op, std::vector<NetworkId> inputs, Attributes attributes,
                               Shape shape) {
    return emit(op, std::move(inputs), std::move(attributes), {DataType::kFloat32, std::move(shape)});
  }
  // A constant with these elements, row-major.
  NetworkId constant(DataType dtype, Shape shape, const std::vector<double>& values);
  NetworkId constant_of_ints(const Ints& values, Shape shape);
  Result<NetworkId> reshape(NetworkId value, Shape shape);
  const TensorType& type(NetworkId id) const { return state_.network.node(id).type; }

  void set_output(std::size_t i, View view);
  void set_plain_output(NetworkId value, std::size_t i = 0) {
    set_output(i, {value, plain_order(type(value).shape.size())});
  }

 private:
  const Model& model_;
  const ModelNode& node_;
  LoweringState& state_;
};

// Shape of the stored tensor of a value with this ONNX shape, and back.
Shape stored_shape(const Shape& shape, const DimOrder& order);
Shape onnx_shape(const Shape& stored, const DimOrder& order);

// The order that is left when ONNX's dimensions `removed` (ascending, of extent 1) are dropped from a stored tensor.
DimOrder order_without(const DimOrder& order, const std::vector<std::size_t>& removed);

// The shape of a vector that is broadcast along dimension `dim` of a stored tensor of this rank.
Shape vector_shape(std::size_t dim, std::size_t rank, std::int64_t extent);

// NumPy's rule; nothing when the shapes do not fit.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

// In the order of AttributeValue's alternatives.
enum class AttributeKind : std::uint8_t { kInt, kFloat, kString, kInts, kFloats };

// How one ONNX operator is lowered. What is not listed here is refused before `lower` runs: fewer or more inputs,
// another attribute, an attribute of another kind.
struct OperatorLowering {
  Status (*lower)(NodeLowering& node) = nullptr;
  std::size_t least_inputs = 1;
  std::size_t most_inputs = 1;
  std::map<std::string, AttributeKind> attributes = {};
};
using LoweringTable = std::map<std::string, OperatorLowering>;
inline constexpr std::size_t kManyInputs = 1000;

// All operators that are lowered, by their ONNX name.
const LoweringTable& lowering_table();

// One a family of operators.
void add_convolutions(LoweringTable& table);
void add_normalizations(LoweringTable& table);
void add_image_normalizations(LoweringTable& table);
void add_losses(LoweringTable& table);
void add_einsum(LoweringTable& table);
void add_depth_space(LoweringTable& table);
void add_determinant(LoweringTable& table);
void add_pools(LoweringTable& table);
void add_products(LoweringTable& table);
void add_elementwise(LoweringTable& table);
void add_unary(LoweringTable& table);
void add_conversions(LoweringTable& table);
void add_bit_shift(LoweringTable& table);
void add_reductions(LoweringTable& table);
void add_movement(LoweringTable& table);
void add_slices(LoweringTable& table);
void add_resize(LoweringTable& table);
void add_recurrent(LoweringTable& table);
void add_unpool(LoweringTable& table);
void add_roi_align(LoweringTable& table);
void add_shape_operators(LoweringTable& table);
void add_signal_windows(LoweringTable& table);
void add_indexing(LoweringTable& table);
void add_scatters(LoweringTable& table);
void add_orders(LoweringTable& table);
void add_masks(LoweringTable& table);
void add_selections(LoweringTable& table);

}  // namespace tilecast
