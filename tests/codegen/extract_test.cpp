#include "codegen/extract.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

using Halide::Func;
using Halide::RDom;
using Halide::Var;

// A pipeline of one stage of 4 values that reads the graph's inputs, each of 4 values of float32.
class Extract : public ::testing::Test {
 protected:
  Func input(const std::string& name) {
    Func f("in" + std::to_string(graph_.inputs.size()));
    f(Var("d0")) = 0.0f;
    graph_.inputs.push_back({name, {DataType::kFloat32, {4}}});
    pipeline_.inputs.push_back(f);
    return f;
  }

  Result<ComputeDag> extract(const Func& stage, const std::string& name = "s",
                             const std::vector<std::string>& reductions = {}) {
    pipeline_.stages = {stage};
    pipeline_.names = {name};
    pipeline_.extents = {std::vector<std::int64_t>(static_cast<std::size_t>(stage.dimensions()), 4)};
    pipeline_.reductions = {reductions};
    return extract_dag(pipeline_, graph_);
  }

  std::string error(const Func& stage, const std::string& name = "s") {
    const auto dag = extract(stage, name);
    return dag.ok() ? "" : dag.error().message;
  }

  OpGraph graph_;
  ops::Pipeline pipeline_;
  Var x_{"x"};
};

TEST_F(Extract, InputsKeepShortUniqueNames) {
  input("weight");
  input("a name that has more than 23 bytes");
  input("weight");
  input("");
  Func f("f");
  f(x_) = 1.0f;
  const auto dag = extract(f);
  ASSERT_TRUE(dag.ok()) << dag.error().message;
  std::vector<std::string> names;
  for (const DagInput& entry : dag->inputs) names.push_back(entry.name.str());
  EXPECT_EQ(names, (std::vector<std::string>{"weight", "in1", "in2", "in3"}));
}

TEST_F(Extract, ReductionsAreAnInitialValueAndATerm) {
  const Func in = input("x");
  const RDom r(0, 4, "r");
  Func f("f");
  f(x_) = 2.0f;
  f(x_) = Halide::max(f(x_), in(r)*3.0f);
  const auto dag = extract(f, "largest", {"k"});
  ASSERT_TRUE(dag.ok()) << dag.error().message;
  const Stage& stage = dag->stages[0];
  EXPECT_EQ(stage.name, Name("largest"));
  EXPECT_EQ(stage.reduction_op, ReductionOp::kMax);
  EXPECT_EQ(stage.init, 2);
  ASSERT_EQ(stage.reduction.size(), 1U);
  EXPECT_EQ(stage.reduction[0].name, Name("k"));
  EXPECT_EQ(stage.reduction[0].extent, 4);
  EXPECT_EQ(stage.value.nodes.back().op, ExprOp::kMul);
}

TEST_F(Extract, EqualPartsAreWrittenOnce) {
  const Func in = input("x");
  const Halide::Expr value = Halide::exp(in(x_));
  Func f("f");
  f(x_) = value * value;
  const auto dag = extract(f);
  ASSERT_TRUE(dag.ok()) << dag.error().message;
  EXPECT_EQ(dag->stages[0].counts.float_math, 1);
  EXPECT_EQ(dag->stages[0].counts.loads, 1);
}

TEST_F(Extract, OtherFormsOfReductionAreRefused) {
  const Func in = input("x");
  const RDom r(0, 4, "r");
  const std::string form = "stage 's' is not a constant followed by one reduction: ";
  Func of_input("of_input");
  of_input(x_) = in(x_);
  of_input(x_) += in(r);
  EXPECT_TRUE(error(of_input).starts_with(form)) << error(of_input);
  Func difference("difference");
  difference(x_) = 0.0f;
  difference(x_) = in(r)-difference(x_);
  EXPECT_TRUE(error(difference).starts_with(form)) << error(difference);
  Func two("two");
  two(x_) = 0.0f;
  two(x_) += in(r);
  two(x_) += in(r);
  EXPECT_TRUE(error(two).starts_with(form)) << error(two);
}

TEST_F(Extract, WhatHasNoCounterpartIsNamed) {
  const Func in = input("x");
  Func function("function");
  function(x_) = Halide::atan2(in(x_), in(x_));
  EXPECT_EQ(error(function), "the program holds the function 'atan2_f32', which is not supported");
  Func type("type");
  type(x_) = Halide::cast<std::uint16_t>(in(x_));
  EXPECT_EQ(error(type), "stage 's' has an element type that is not supported");
  Func other("other");
  other(x_) = 1.0f;
  Func reads("reads");
  reads(x_) = other(x_);
  EXPECT_EQ(error(reads), "the program holds a read of '" + other.name() + "', which is not supported");
  Func fine("fine");
  fine(x_) = in(x_);
  EXPECT_EQ(error(fine, "a stage with a name of 33 letters"),
            "the stage name 'a stage with a name of 33 letters' is too long");
}

}  // namespace
}  // namespace tilecast
