// Graphs of one operator, and their results by every algorithm, next to which tests put plain loops.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ir/op_graph.h"

namespace tilecast::testing {

// A dense tensor of numbers, innermost (last) dimension contiguous.
struct Tensor {
  Shape shape;
  std::vector<double> values;

  // The element at these indices, outermost first.
  double at(const Shape& index) const { return values[place(index)]; }
  double& at(const Shape& index) { return values[place(index)]; }
  std::size_t place(const Shape& index) const;
};

// Seeded numbers in [low, high) that float32 holds exactly.
Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low = -1, double high = 1);
// A tensor whose elements are computed from their indices.
Tensor filled(const Shape& shape, const std::function<double(const Shape&)>& value);
// Calls with every index of the shape, the last dimension fastest.
void for_each_index(const Shape& shape, const std::function<void(const Shape&)>& visit);

TensorType float32(Shape shape);

// The operator reads one graph input an operand; it and its node are called alike.
OpGraph one_operator(const std::string& op, const std::vector<TensorType>& operands, const Attributes& attributes,
                     TensorType output);
// The same for float32 operands and result.
OpGraph one_operator(const std::string& op, const std::vector<Tensor>& operands, const Attributes& attributes,
                     const Shape& output);

// Why the graph is refused; "" when it is not.
std::string refusal(const OpGraph& graph);

// The graph's output by the interpreter, by each of its algorithms; a failure of the test when one cannot be built or
// an element differs from `want` by more than `tolerance` (of its size, where that is above 1).
void expect_output(const OpGraph& graph, const std::vector<Tensor>& operands, const Tensor& want,
                   double tolerance = 1e-6);

}  // namespace tilecast::testing
