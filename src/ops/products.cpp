// dense: x[…,K], w[K,N] -> […,N]. batch_matmul: a[B…,M,K], b[B…,K,N] -> [B…,M,N].
#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"

namespace tilecast::ops {
namespace {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

Status check_dense(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  const Shape& x = graph.type_of(node.inputs[0]).shape;
  const Shape& w = graph.type_of(node.inputs[1]).shape;
  if (x.empty() || w.size() != 2 || x.back() != w[0]) {
    return node_error(node,
                      fmt::format("an input {} and a weight {} do not fit", shape_to_string(x), shape_to_string(w)));
  }
  Shape expected = x;
  expected.back() = w[1];
  return check_shape(node, expected);
}

std::vector<Var> product_vars(std::size_t rank) {
  static constexpr const char* kNames[] = {"n", "m", "b", "b1", "b2", "b3"};
  std::vector<Var> vars;
  for (std::size_t d = 0; d < rank; ++d) vars.emplace_back(d < 6 ? kNames[d] : "b" + std::to_string(d - 2));
  return vars;
}

Func build_dense(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("dense");
  const Extents x = node.extents(0);
  RDom r(0, static_cast<int>(x[0]), name + "_r");
  const std::vector<Var> out = product_vars(x.size());
  std::vector<Expr> xi = exprs(out);
  xi[0] = r;
  Func f = named_func(name);
  f(out) = 0.0f;
  f(out) += node.input(0)(xi) * node.input(1)(out[0], r);
  return node.builder.add(name, f, node.output(), {"k"});
}

// The shape with its last two extents swapped where the flag says so.
Shape matrix_shape(Shape shape, bool transposed) {
  if (transposed) std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return shape;
}

Status check_batch_matmul(const OpGraph& graph, const OpNode& node) {
  TILECAST_CHECK(check_inputs(node, 2, 2));
  const Shape& plain_a = graph.type_of(node.inputs[0]).shape;
  const Shape& plain_b = graph.type_of(node.inputs[1]).shape;
  if (plain_a.size() < 2 || plain_b.size() < 2) return node_error(node, "its inputs need at least two dimensions");
  const Shape a = matrix_shape(plain_a, node.attributes.get_int("transpose_a", 0) != 0);
  const Shape b = matrix_shape(plain_b, node.attributes.get_int("transpose_b", 0) != 0);
  if (a.back() != b[b.size() - 2]) {
    return node_error(node, fmt::format("matrices {} and {} do not fit", shape_to_string(a), shape_to_string(b)));
  }
  const std::size_t rank = std::max(a.size(), b.size());
  Shape expected(rank, 1);
  for (std::size_t d = 0; d + 2 < rank; ++d) {
    for (const Shape* s : {&a, &b}) {
      const std::size_t missing = rank - s->size();
      if (d < missing) continue;
      const std::int64_t extent = (*s)[d - missing];
      if (expected[d] != 1 && extent != 1 && expected[d] != extent) {
        return node_error(node, fmt::format("batches of {} and {} do not fit", shape_to_string(a), shape_to_string(b)));
      }
      expected[d] = std::max(expected[d], extent);
    }
  }
  expected[rank - 2] = a[a.size() - 2];
  expected[rank - 1] = b.back();
  return check_shape(node, expected);
}

// Indices of an operand: the matrix indices, then the batch's, broadcast.
std::vector<Expr> operand_index(const Extents& extents, Expr first, Expr second, const std::vector<Var>& out) {
  std::vector<Expr> index = {std::move(first), std::move(second)};
  for (std::size_t d = 2; d < extents.size(); ++d) index.push_back(extents[d] == 1 ? Expr(0) : Expr(out[d]));
  return index;
}

// A copy of an operand with its matrix transposed, so that the product reads along its vectors.
Func transposed_copy(const Node& node, const std::string& name, std::size_t input) {
  Extents extents = node.extents(input);
  const std::vector<Var> vars = product_vars(extents.size());
  std::vector<Expr> index = exprs(vars);
  std::swap(index[0], index[1]);
  std::swap(extents[0], extents[1]);
  Func copy = named_func(name);
  copy(vars) = node.input(input)(index);
  return node.builder.add(name, copy, extents);
}

Func build_batch_matmul(const Node& node, const std::string&) {
  const std::string name = node.builder.name_stage("matmul");
  const bool transpose_a = node.op.attributes.get_int("transpose_a", 0) != 0;
  const bool transpose_b = node.op.attributes.get_int("transpose_b", 0) != 0;
  const Extents a = node.extents(0);
  const Extents b = node.extents(1);
  const Func right = transpose_b ? transposed_copy(node, name + ".bt", 1) : node.input(1);
  const std::int64_t k = transpose_a ? a[1] : a[0];
  RDom r(0, static_cast<int>(k), name + "_r");
  const std::vector<Var> out = product_vars(node.output().size());
  const Expr m = out[1];
  const std::vector<Expr> ai = transpose_a ? operand_index(a, m, r, out) : operand_index(a, r, m, out);
  const std::vector<Expr> bi = operand_index(b, out[0], r, out);
  Func f = named_func(name);
  f(out) = 0.0f;
  f(out) += node.input(0)(ai) * right(bi);
  return node.builder.add(name, f, node.output(), {"k"});
}

}  // namespace

void register_products(Registry& registry) {
  registry["dense"] = {build_dense, check_dense};
  registry["batch_matmul"] = {build_batch_matmul, check_batch_matmul};
}

}  // namespace tilecast::ops
