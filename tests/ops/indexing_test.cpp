// The operators of src/ops/indexing.cpp, computed by the interpreter from the program that they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "codegen/codegen.h"
#include "ir/interpreter.h"
#include "ops/pipeline.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Numbers = std::vector<double>;

constexpr std::int64_t kOne = 1;

TensorType f32(Shape shape) {
  return {DataType::kFloat32, std::move(shape)};
}
TensorType i64(Shape shape) {
  return {DataType::kInt64, std::move(shape)};
}
TensorType bits(Shape shape) {
  return {DataType::kBool, std::move(shape)};
}

OpGraph single(const std::string& op, const std::vector<TensorType>& inputs, const Attributes& attributes,
               const TensorType& output) {
  OpGraph graph;
  OpNode node{"n", op, {}, attributes, output};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    graph.inputs.push_back({"in" + std::to_string(i), inputs[i]});
    node.inputs.push_back(static_cast<ValueId>(i));
  }
  graph.nodes = {node};
  graph.outputs = {static_cast<ValueId>(inputs.size())};
  return graph;
}

// The output's elements; none when the program cannot be built.
Numbers compute(const OpGraph& graph, const std::vector<Numbers>& inputs) {
  const auto program = build_program(make_task("t", graph));
  if (!program.ok()) return {};
  std::vector<std::int64_t> points(static_cast<std::size_t>(element_count(graph.nodes[0].type.shape)));
  std::iota(points.begin(), points.end(), 0);
  return interpret(*(*program)->alternatives.front().dag, inputs, points);
}

std::string message(const OpGraph& graph) {
  const auto algorithms = ops::algorithms(graph);
  return algorithms.ok() ? "fits" : algorithms.error().message;
}

TEST(Indexing, ArgReduceFindsTheFirstOrTheLast) {
  const auto arg = [](const std::string& kind, std::int64_t last) {
    const Attributes attributes{{"kind", kind}, {"axis", kOne}, {"keepdims", std::int64_t{0}}, {"last", last}};
    return compute(single("arg_reduce", {f32({2, 4})}, attributes, i64({2})), {{1, 3, 3, 0, -2, -5, -2, -5}});
  };
  EXPECT_THAT(arg("max", 0), ElementsAre(1, 0));
  EXPECT_THAT(arg("max", 1), ElementsAre(2, 2));
  EXPECT_THAT(arg("min", 0), ElementsAre(3, 1));
  EXPECT_THAT(arg("min", 1), ElementsAre(3, 3));
}

TEST(Indexing, ArgReduceOfWhatIsNoNumberStaysOnTheAxis) {
  const Attributes attributes{{"kind", std::string("max")}, {"axis", std::int64_t{0}}};
  EXPECT_THAT(compute(single("arg_reduce", {f32({3})}, attributes, i64({1})), {{NAN, NAN, NAN}}), ElementsAre(2));
}

TEST(Indexing, TopKOrdersEqualElementsByIndex) {
  const auto top = [](std::int64_t largest) {
    const Attributes attributes{{"axis", std::int64_t{0}}, {"largest", largest}};
    return compute(single("top_k", {f32({5})}, attributes, i64({3})), {{2, 7, 2, 7, 1}});
  };
  EXPECT_THAT(top(1), ElementsAre(1, 3, 0));
  EXPECT_THAT(top(0), ElementsAre(4, 0, 2));
}

TEST(Indexing, CumSumGoesBothWays) {
  const auto sums = [](std::int64_t exclusive, std::int64_t reverse) {
    const Attributes attributes{{"axis", std::int64_t{0}}, {"exclusive", exclusive}, {"reverse", reverse}};
    return compute(single("cum_sum", {f32({4})}, attributes, f32({4})), {{1, 2, 3, 4}});
  };
  EXPECT_THAT(sums(0, 0), ElementsAre(1, 3, 6, 10));
  EXPECT_THAT(sums(1, 0), ElementsAre(0, 1, 3, 6));
  EXPECT_THAT(sums(0, 1), ElementsAre(10, 9, 7, 4));
  EXPECT_THAT(sums(1, 1), ElementsAre(9, 7, 4, 0));
}

TEST(Indexing, GatherElementsReadsFewerColumnsThanThereAre) {
  const auto graph = single("gather_elements", {f32({2, 3}), i64({3, 2})}, {{"axis", std::int64_t{0}}}, f32({3, 2}));
  EXPECT_THAT(compute(graph, {{1, 2, 3, 4, 5, 6}, {0, -1, 1, 0, -2, 9}}), ElementsAre(1, 5, 4, 2, 1, 5));
}

TEST(Indexing, FlatIndexCountsRowMajor) {
  const Attributes attributes{{"extents", std::vector<std::int64_t>{4, 3}}};
  EXPECT_THAT(compute(single("flat_index", {i64({3, 2})}, attributes, i64({3})), {{1, 2, -1, 0, 0, -1}}),
              ElementsAre(5, 9, 2));
}

TEST(Indexing, ScatterReplacesByTheLastUpdateOrCombinesThem) {
  const auto scatter = [](const std::string& reduction) {
    const Attributes attributes{{"axis", std::int64_t{0}}, {"reduction", reduction}};
    const auto graph = single("scatter", {f32({3, 2}), i64({3, 1}), f32({3, 1})}, attributes, f32({3, 2}));
    return compute(graph, {{1, 2, 3, 4, 5, 6}, {0, -1, 0}, {10, 20, 30}});
  };
  EXPECT_THAT(scatter("none"), ElementsAre(30, 2, 3, 4, 20, 6));
  EXPECT_THAT(scatter("add"), ElementsAre(41, 2, 3, 4, 25, 6));
  EXPECT_THAT(scatter("mul"), ElementsAre(300, 2, 3, 4, 100, 6));
}

TEST(Indexing, ScatterOfWholeRowsRepeatsTheIndex) {
  const Attributes attributes{{"axis", std::int64_t{0}}};
  const auto graph = single("scatter", {f32({3, 2}), i64({2, 1}), f32({2, 2})}, attributes, f32({3, 2}));
  // An index that is out of range changes nothing.
  EXPECT_THAT(compute(graph, {{1, 2, 3, 4, 5, 6}, {1, 7}, {10, 20, 30, 40}}), ElementsAre(1, 2, 10, 20, 5, 6));
}

TEST(Indexing, WhatDoesNotFitIsRefused) {
  const Attributes first{{"axis", std::int64_t{0}}, {"kind", std::string("max")}};
  const auto with = [&first](const std::string& name, AttributeValue value) {
    Attributes changed = first;
    changed.set(name, std::move(value));
    return changed;
  };
  EXPECT_EQ(message(single("arg_reduce", {f32({3})}, with("kind", std::string("mean")), i64({1}))),
            "node 'n' (arg_reduce): kind 'mean'");
  EXPECT_THAT(message(single("arg_reduce", {f32({3})}, with("axis", kOne), i64({1}))),
              HasSubstr("axis 1 of an input of rank 1"));
  EXPECT_THAT(message(single("arg_reduce", {f32({3})}, first, f32({1}))),
              HasSubstr("its elements are float32, they must be int64"));
  EXPECT_THAT(message(single("arg_reduce", {bits({3})}, first, i64({1}))),
              HasSubstr("boolean elements are not supported"));
  EXPECT_THAT(message(single("top_k", {f32({3})}, first, i64({4}))), HasSubstr("4 of 3 elements"));
  EXPECT_THAT(message(single("cum_sum", {f32({3})}, first, f32({4}))), HasSubstr("its output is 4"));
  EXPECT_THAT(message(single("gather_elements", {f32({3}), f32({3})}, first, f32({3}))),
              HasSubstr("its indices are not integers"));
  EXPECT_THAT(message(single("gather_elements", {f32({3, 2}), i64({3, 3})}, first, f32({3, 3}))),
              HasSubstr("indices 3x3 do not fit 3x2"));
  EXPECT_THAT(message(single("flat_index", {i64({3, 2})}, {}, i64({3}))), HasSubstr("indices 3x2 for 0 extents"));
  EXPECT_THAT(
      message(single("scatter", {f32({3}), i64({2}), f32({2})}, with("reduction", std::string("max")), f32({3}))),
      HasSubstr("reduction 'max'"));
  EXPECT_THAT(message(single("scatter", {f32({3, 2}), i64({2, 1}), f32({2, 4})}, first, f32({3, 2}))),
              HasSubstr("updates 2x4 at indices 2x1 do not fit 3x2"));
  EXPECT_THAT(
      message(single("scatter", {bits({3}), i64({2}), bits({2})}, with("reduction", std::string("add")), bits({3}))),
      HasSubstr("boolean elements are not supported"));
}

}  // namespace
}  // namespace tilecast
