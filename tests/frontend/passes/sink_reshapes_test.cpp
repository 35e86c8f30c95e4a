#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

class SinkReshapes : public ::testing::Test {
 protected:
  Network run() { return run_pass(b_.network, passes::sink_reshapes); }
  void expect_unchanged_network() { expect_unchanged(b_.network, passes::sink_reshapes); }
  NetworkId apart(NetworkId x) { return b_.reshape(x, {1, 2, 3, 8}); }

  NetworkBuilder b_;
  NetworkId dense_ = b_.dense(b_.input({6, 4}), 8);
};

TEST_F(SinkReshapes, BelowActivations) {
  b_.output(b_.unary("gelu_erf", apart(dense_)));
  EXPECT_THAT(live_ops(run()), ElementsAre("dense", "gelu_erf", "reshape"));
}

TEST_F(SinkReshapes, BelowABiasAndAResidual) {
  const NetworkId biased = b_.binary("add", apart(dense_), b_.constant({8}));
  b_.output(b_.binary("add", b_.input({1, 2, 3, 8}), biased));
  const Network result = run_pass(b_.network, optimize);
  EXPECT_THAT(live_ops(result), ElementsAre("reshape", "dense", "add", "add", "reshape"));
  EXPECT_EQ(result.node(result.outputs[0].value).op, "reshape");
}

TEST_F(SinkReshapes, WithAConstantOfTheWholeShape) {
  b_.output(b_.binary("mul", apart(dense_), b_.constant({1, 2, 3, 8})));
  EXPECT_THAT(live_ops(run()), ElementsAre("dense", "mul", "reshape"));
}

TEST_F(SinkReshapes, OfTwoProductsTheOneWithoutAReshapeKeepsTheOperator) {
  const NetworkId other = b_.dense(b_.input({1, 2, 3, 4}), 8);
  b_.output(b_.binary("add", apart(dense_), other));
  expect_unchanged_network();
}

TEST_F(SinkReshapes, OfTwoReshapedProductsOneDoes) {
  const NetworkId other = b_.reshape(b_.dense(b_.input({3, 2, 4}), 8), {1, 2, 3, 8});
  b_.output(b_.binary("add", apart(dense_), other));
  const Network result = run_pass(b_.network, optimize);
  EXPECT_EQ(count_op(result, "add"), 1U);
  EXPECT_EQ(count_op(result, "reshape"), 2U);
}

TEST_F(SinkReshapes, NotWhereTheViewIsReadElsewhere) {
  const NetworkId view = apart(dense_);
  b_.output(b_.unary("relu", view));
  b_.output(view);
  expect_unchanged_network();
}

TEST_F(SinkReshapes, NotWhereTheProductIsReadElsewhere) {
  b_.output(b_.unary("relu", apart(dense_)));
  b_.output(dense_);
  expect_unchanged_network();
}

TEST_F(SinkReshapes, NotWithAnOperandOfAnotherShape) {
  b_.output(b_.binary("add", apart(dense_), b_.input({3, 8})));
  expect_unchanged_network();
}

TEST_F(SinkReshapes, NotBehindAnInput) {
  b_.output(b_.unary("relu", apart(b_.input({6, 8}))));
  expect_unchanged_network();
}

TEST_F(SinkReshapes, NotOfASquare) {
  const NetworkId view = apart(dense_);
  b_.output(b_.binary("mul", view, view));
  expect_unchanged_network();
}

}  // namespace
}  // namespace tilecast
