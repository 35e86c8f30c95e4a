#include "one_operator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "base/random.h"
#include "codegen/extract.h"
#include "ir/constant_form.h"
#include "ir/interpreter.h"
#include "ops/pipeline.h"

namespace tilecast::testing {

std::size_t Tensor::place(const Shape& index) const {
  std::int64_t place = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (index.at(d) < 0 || index.at(d) >= shape[d]) throw std::logic_error("a test reads outside of a tensor");
    place = place * shape[d] + index[d];
  }
  return static_cast<std::size_t>(place);
}

Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low, double high) {
  Random random(seed);
  Tensor tensor{shape, std::vector<double>(static_cast<std::size_t>(element_count(shape)))};
  for (double& value : tensor.values) value = static_cast<float>(low + (high - low) * random.uniform());
  return tensor;
}

void for_each_index(const Shape& shape, const std::function<void(const Shape&)>& visit) {
  Shape index(shape.size(), 0);
  for (std::int64_t i = 0; i < element_count(shape); ++i) {
    std::int64_t rest = i;
    for (std::size_t d = shape.size(); d-- > 0;) {
      index[d] = rest % shape[d];
      rest /= shape[d];
    }
    visit(index);
  }
}

Tensor filled(const Shape& shape, const std::function<double(const Shape&)>& value) {
  Tensor tensor{shape, {}};
  for_each_index(shape, [&](const Shape& index) { tensor.values.push_back(value(index)); });
  return tensor;
}

TensorType float32(Shape shape) {
  return {DataType::kFloat32, std::move(shape)};
}

OpGraph one_operator(const std::string& op, const std::vector<TensorType>& operands, const Attributes& attributes,
                     TensorType output) {
  OpGraph graph;
  OpNode node{op, op, {}, attributes, std::move(output)};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    graph.inputs.push_back({"x" + std::to_string(i), operands[i]});
    node.inputs.push_back(static_cast<ValueId>(i));
  }
  graph.outputs = {static_cast<ValueId>(operands.size())};
  graph.nodes.push_back(std::move(node));
  return graph;
}

OpGraph one_operator(const std::string& op, const std::vector<Tensor>& operands, const Attributes& attributes,
                     const Shape& output) {
  std::vector<TensorType> types;
  for (const Tensor& operand : operands) types.push_back(float32(operand.shape));
  return one_operator(op, types, attributes, float32(output));
}

std::string refusal(const OpGraph& graph) {
  const auto names = ops::algorithms(graph);
  return names.ok() ? "" : names.error().message;
}

namespace {

std::vector<double> in_form(ConstantForm form, const Tensor& operand) {
  if (form == ConstantForm::kPlain) return operand.values;
  const std::vector<float> plain(operand.values.begin(), operand.values.end());
  const std::vector<std::int64_t> extents(operand.shape.rbegin(), operand.shape.rend());
  const std::vector<std::byte> bytes = data_in_form(form, std::as_bytes(std::span(plain)), extents);
  std::vector<float> formed(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::byte*>(formed.data()));
  return {formed.begin(), formed.end()};
}

}  // namespace

void expect_output(const OpGraph& graph, const std::vector<Tensor>& operands, const Tensor& want, double tolerance) {
  const auto algorithms = ops::algorithms(graph);
  ASSERT_TRUE(algorithms.ok()) << algorithms.error().message;
  ASSERT_EQ(graph.type_of(graph.outputs.front()).shape, want.shape);
  std::vector<std::int64_t> points(want.values.size());
  std::iota(points.begin(), points.end(), 0);
  for (const std::string& algorithm : *algorithms) {
    const auto pipeline = ops::build_pipeline(graph, algorithm);
    ASSERT_TRUE(pipeline.ok()) << algorithm << ": " << pipeline.error().message;
    const auto dag = extract_dag(*pipeline, graph);
    ASSERT_TRUE(dag.ok()) << algorithm << ": " << dag.error().message;
    const Stage& last = dag->stages.back();
    EXPECT_EQ(last.type, graph.type_of(graph.outputs.front()).dtype) << algorithm;
    ASSERT_EQ(last.spatial.size(), want.shape.size()) << algorithm;
    for (std::size_t d = 0; d < want.shape.size(); ++d) {
      ASSERT_EQ(last.spatial[d].extent, want.shape[want.shape.size() - 1 - d]) << algorithm;
    }
    std::vector<std::vector<double>> inputs;
    for (std::size_t i = 0; i < operands.size(); ++i) inputs.push_back(in_form(dag->inputs[i].form, operands[i]));
    const std::vector<double> got = interpret(*dag, inputs, points);
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_LE(std::abs(got[i] - want.values[i]), tolerance * std::max(1.0, std::abs(want.values[i])))
          << algorithm << ": element " << i << " is " << got[i] << ", not " << want.values[i];
    }
  }
}

}  // namespace tilecast::testing
