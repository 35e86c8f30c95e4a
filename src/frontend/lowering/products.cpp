// MatMul, Gemm.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {
namespace {

struct Operand {
  NetworkId value;
  bool transposed;  // the last two dimensions are swapped
};

DimOrder swapped_order(std::size_t rank) {
  DimOrder order = plain_order(rank);
  std::swap(order[rank - 2], order[rank - 1]);
  return order;
}

// A matrix stored column by column stays so: moving its innermost dimension is the costly part of a transposition.
Result<Operand> matrix_operand(NodeLowering& node, const View& view) {
  const std::size_t rank = view.order.size();
  const bool transposed = !node.is_constant_value(view.value) && view.order[rank - 2] == rank - 1;
  TILECAST_TRY(const NetworkId value, node.in_order(view, transposed ? swapped_order(rank) : plain_order(rank)));
  return Operand{value, transposed};
}

// The product of two values of at least two dimensions; plain order.
Result<NetworkId> multiply(NodeLowering& node, const View& a, const View& b) {
  const Shape left = onnx_shape(node.type(a.value).shape, a.order);
  const Shape right = onnx_shape(node.type(b.value).shape, b.order);
  if (left.back() != right[right.size() - 2]) {
    return node.error(fmt::format("matrices {} and {} do not fit", shape_to_string(left), shape_to_string(right)));
  }
  if (node.is_constant_value(b.value) && right.size() == 2) {
    TILECAST_TRY(const NetworkId x, node.in_order(a, plain_order(left.size())));
    TILECAST_TRY(const NetworkId w, node.in_order(b, plain_order(2)));
    Shape output = left;
    output.back() = right.back();
    return node.emit_float("dense", {x, w}, {}, output);
  }
  const auto batch = broadcast_shape({left.begin(), left.end() - 2}, {right.begin(), right.end() - 2});
  if (!batch) {
    return node.error(fmt::format("batches of {} and {} do not fit", shape_to_string(left), shape_to_string(right)));
  }
  TILECAST_TRY(const Operand x, matrix_operand(node, a));
  TILECAST_TRY(const Operand y, matrix_operand(node, b));
  Shape output = *batch;
  output.push_back(left[left.size() - 2]);
  output.push_back(right.back());
  const Attributes attributes{{"transpose_a", std::int64_t{x.transposed}}, {"transpose_b", std::int64_t{y.transposed}}};
  return node.emit_float("batch_matmul", {x.value, y.value}, attributes, output);
}

// A vector as a matrix of one row (left operand) or one column.
Result<View> as_matrix(NodeLowering& node, std::size_t input) {
  const View& view = node.view(input);
  if (view.order.size() != 1) return view;
  const std::int64_t extent = node.shape(input)[0];
  TILECAST_TRY(const NetworkId value, node.reshape(view.value, input == 0 ? Shape{1, extent} : Shape{extent, 1}));
  return View{value, plain_order(2)};
}

Status lower_matmul(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  if (node.rank(0) == 0 || node.rank(1) == 0) return node.error("its inputs need at least one dimension");
  TILECAST_TRY(const View a, as_matrix(node, 0));
  TILECAST_TRY(const View b, as_matrix(node, 1));
  TILECAST_TRY(NetworkId value, multiply(node, a, b));
  Shape shape = node.type(value).shape;
  if (node.rank(0) == 1) shape.erase(shape.end() - 2);
  if (node.rank(1) == 1) shape.pop_back();
  TILECAST_TRY(value, node.reshape(value, shape));
  node.set_plain_output(value);
  return Unit{};
}

// The input, its two dimensions swapped when the attribute says so.
View gemm_operand(const NodeLowering& node, std::size_t input, const char* transposed) {
  View view = node.view(input);
  if (node.attributes().get_int(transposed, 0) != 0) std::swap(view.order[0], view.order[1]);
  return view;
}

Status lower_gemm(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  if (node.rank(0) != 2 || node.rank(1) != 2) return node.error("its inputs A and B need two dimensions");
  TILECAST_TRY(NetworkId value, multiply(node, gemm_operand(node, 0, "transA"), gemm_operand(node, 1, "transB")));
  const Shape shape = node.type(value).shape;
  const double alpha = node.attributes().get_float("alpha", 1);
  const double beta = node.attributes().get_float("beta", 1);
  if (alpha != 1) {
    TILECAST_TRY(value, node.emit_float("mul", {value}, {{"scalar", alpha}}, shape));
  }
  if (node.has_input(2) && beta != 0) {
    if (broadcast_shape(node.shape(2), shape) != shape) {
      return node.error(fmt::format("its input C is {}, which cannot be broadcast to {}",
                                    shape_to_string(node.shape(2)), shape_to_string(shape)));
    }
    TILECAST_TRY(NetworkId c, node.broadcast_operand(2, plain_order(2)));
    if (beta != 1) {
      TILECAST_TRY(c, node.emit_float("mul", {c}, {{"scalar", beta}}, node.type(c).shape));
    }
    TILECAST_TRY(value, node.emit_float("add", {value, c}, {}, shape));
  }
  node.set_plain_output(value);
  return Unit{};
}

}  // namespace

void add_products(LoweringTable& table) {
  table["MatMul"] = {lower_matmul, 2, 2};
  table["Gemm"] = {lower_gemm,
                   2,
                   3,
                   {{"alpha", AttributeKind::kFloat},
                    {"beta", AttributeKind::kFloat},
                    {"transA", AttributeKind::kInt},
                    {"transB", AttributeKind::kInt}}};
}

}  // namespace tilecast
