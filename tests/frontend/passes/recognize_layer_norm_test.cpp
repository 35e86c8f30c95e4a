#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

enum class Root { kDivSqrt, kDivPow, kMulRsqrt, kMulReciprocal, kMulOneOver, kMulPow };

struct Chain {
  std::vector<std::int64_t> axes = {2};
  bool power = true;
  Root root = Root::kDivSqrt;
  std::vector<std::int64_t> variance_axes = {2};
  std::string kind = "mean";
  double exponent = 2;
};

struct Norm {
  NetworkId centred = -1;
  NetworkId variance = -1;
  NetworkId result = -1;
};

NetworkId divide(NetworkBuilder& b, NetworkId x, NetworkId square, Root root) {
  switch (root) {
    case Root::kDivSqrt:
      return b.binary("div", x, b.unary("sqrt", square));
    case Root::kDivPow:
      return b.binary("div", x, b.scalar("pow", square, 0.5));
    case Root::kMulRsqrt:
      return b.binary("mul", b.unary("rsqrt", square), x);
    case Root::kMulReciprocal:
      return b.binary("mul", x, b.unary("reciprocal", b.unary("sqrt", square)));
    case Root::kMulOneOver:
      return b.binary("mul", x, b.scalar_left("div", 1, b.unary("sqrt", square)));
    case Root::kMulPow:
      return b.binary("mul", x, b.scalar("pow", square, -0.5));
  }
  return -1;
}

Norm add_norm(NetworkBuilder& b, NetworkId x, NetworkId mean_of, const Chain& chain) {
  Norm norm;
  norm.centred = b.binary("sub", x, b.reduce("mean", mean_of, chain.axes));
  const NetworkId square =
      chain.power ? b.scalar("pow", norm.centred, chain.exponent) : b.binary("mul", norm.centred, norm.centred);
  norm.variance = b.reduce(chain.kind, square, chain.variance_axes);
  norm.result = divide(b, norm.centred, b.binary("add", norm.variance, b.filled({1}, 1e-5)), chain.root);
  return norm;
}
Norm add_norm(NetworkBuilder& b, NetworkId x, const Chain& chain = {}) {
  return add_norm(b, x, x, chain);
}

TEST(RecognizeLayerNorm, WithScaleAndBias) {
  NetworkBuilder b;
  const NetworkId y = b.binary("mul", add_norm(b, b.input({2, 3, 8})).result, b.constant({8}));
  b.output(b.binary("add", b.constant({1, 1, 8}, -1, 1), y));
  const Network result = run_pass(b.network, passes::recognize_layer_norm);
  EXPECT_THAT(live_ops(result), ElementsAre("layer_norm"));
  const NetworkNode& node = result.node(result.outputs[0].value);
  EXPECT_EQ(node.inputs.size(), 3U);
  EXPECT_EQ(node.attributes.get_int("axis", -1), 2);
  EXPECT_NEAR(node.attributes.get_float("epsilon", 0), 1e-5, 1e-10);
}

TEST(RecognizeLayerNorm, EveryFormOfTheRoot) {
  for (const Root root :
       {Root::kDivSqrt, Root::kDivPow, Root::kMulRsqrt, Root::kMulReciprocal, Root::kMulOneOver, Root::kMulPow}) {
    for (const bool power : {false, true}) {
      NetworkBuilder b;
      b.output(add_norm(b, b.input({2, 3, 8}), {{2}, power, root}).result);
      EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_layer_norm)), ElementsAre("layer_norm"));
    }
  }
}

TEST(RecognizeLayerNorm, OverTwoAxesWithBiasOnly) {
  NetworkBuilder b;
  const Norm norm = add_norm(b, b.input({2, 3, 8}), {{1, 2}, true, Root::kDivSqrt, {1, 2}});
  b.output(b.binary("add", norm.result, b.constant({3, 8})));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_layer_norm)), ElementsAre("layer_norm"));
}

TEST(RecognizeLayerNorm, ParametersOfAnotherShapeStayOperators) {
  NetworkBuilder b;
  const Norm norm = add_norm(b, b.input({2, 3, 8}), {{1, 2}, true, Root::kDivSqrt, {1, 2}});
  b.output(b.binary("add", b.binary("mul", norm.result, b.constant({8})), b.constant({3, 8})));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_layer_norm)), ElementsAre("layer_norm", "mul", "add"));
}

TEST(RecognizeLayerNorm, ParametersThatAreComputedStayOperators) {
  NetworkBuilder b;
  b.output(b.binary("mul", add_norm(b, b.input({2, 3, 8})).result, b.input({8})));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_layer_norm)), ElementsAre("layer_norm", "mul"));
}

TEST(RecognizeLayerNorm, ScaleStaysOutsideWhenTheUnscaledValueIsRead) {
  NetworkBuilder b;
  const Norm norm = add_norm(b, b.input({2, 3, 8}));
  b.output(b.binary("mul", norm.result, b.constant({8})));
  b.output(norm.result);
  EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_layer_norm)), ElementsAre("layer_norm", "mul"));
}

TEST(RecognizeLayerNorm, TheVarianceStaysForItsOtherReader) {
  NetworkBuilder b;
  const Norm norm = add_norm(b, b.input({2, 3, 8}));
  b.output(norm.result);
  b.output(norm.variance);
  EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_layer_norm)),
              ElementsAre("layer_norm", "reduce", "sub", "pow", "reduce"));
}

TEST(RecognizeLayerNorm, Lookalikes) {
  for (const Chain& chain :
       {Chain{{1}, true, Root::kDivSqrt, {1}}, Chain{{0, 2}, true, Root::kDivSqrt, {0, 2}},
        Chain{{2}, true, Root::kDivSqrt, {1}}, Chain{{2}, true, Root::kDivSqrt, {1, 2}},
        Chain{{2}, true, Root::kDivSqrt, {2}, "sum"}, Chain{{2}, true, Root::kDivSqrt, {2}, "mean", 4}}) {
    NetworkBuilder b;
    b.output(add_norm(b, b.input({2, 3, 8}), chain).result);
    expect_unchanged(b.network, passes::recognize_layer_norm);
  }
}

TEST(RecognizeLayerNorm, TheMeanOfAnotherTensor) {
  NetworkBuilder b;
  b.output(add_norm(b, b.input({2, 3, 8}), b.input({2, 3, 8}), {}).result);
  expect_unchanged(b.network, passes::recognize_layer_norm);
}

TEST(RecognizeLayerNorm, TheDeviationOfAnotherTensor) {
  NetworkBuilder b;
  const Norm norm = add_norm(b, b.input({2, 3, 8}));
  const NetworkId root = b.unary("sqrt", b.scalar("add", norm.variance, 1e-5));
  b.output(b.binary("div", b.input({2, 3, 8}), root));
  b.output(b.binary("div", norm.centred, b.scalar("add", norm.variance, 1e-5)));
  expect_unchanged(b.network, passes::recognize_layer_norm);
}

}  // namespace
}  // namespace tilecast
