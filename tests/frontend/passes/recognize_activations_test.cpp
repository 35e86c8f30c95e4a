#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

class RecognizeActivations : public ::testing::Test {
 protected:
  NetworkId erf(NetworkId x, double divisor = std::numbers::sqrt2) {
    return b_.unary("erf", b_.scalar("div", x, divisor));
  }
  // 0.5 x (1 + t).
  NetworkId half_x_times(NetworkId x, NetworkId t, double half = 0.5) {
    return b_.scalar("mul", b_.binary("mul", x, b_.scalar("add", t, 1)), half);
  }
  // With t of x^3 or x * x * x.
  NetworkId tanh(NetworkId x, NetworkId cube, double factor = 0.044715) {
    const NetworkId sum = b_.binary("add", x, b_.scalar("mul", cube, factor));
    return b_.unary("tanh", b_.scalar("mul", sum, std::sqrt(2 / std::numbers::pi)));
  }
  void expect_found(NetworkId result, const std::string& op) {
    b_.output(result);
    EXPECT_THAT(live_ops(run_pass(b_.network, passes::recognize_activations)), ElementsAre(op));
  }
  void expect_not_found(NetworkId result) {
    b_.output(result);
    expect_unchanged(b_.network, passes::recognize_activations);
  }

  NetworkBuilder b_;
  NetworkId x_ = b_.input({3, 8});
};

TEST_F(RecognizeActivations, GeluAsPyTorchWritesIt) {
  expect_found(half_x_times(x_, erf(x_)), "gelu_erf");
}

TEST_F(RecognizeActivations, GeluWithHalfFirst) {
  const NetworkId half = b_.binary("mul", b_.filled({1}, 0.5), x_);
  const NetworkId t = b_.unary("erf", b_.scalar("mul", x_, 1 / std::numbers::sqrt2));
  expect_found(b_.binary("mul", half, b_.binary("add", b_.filled({}, 1), t)), "gelu_erf");
}

TEST_F(RecognizeActivations, GeluWithHalfAtTheSum) {
  const NetworkId sum = b_.scalar("div", b_.scalar("add", erf(x_), 1), 2);
  expect_found(b_.binary("mul", sum, x_), "gelu_erf");
}

TEST_F(RecognizeActivations, GeluMultipliedOut) {
  const NetworkId half = b_.scalar("mul", x_, 0.5);
  expect_found(b_.binary("add", b_.binary("mul", half, erf(x_)), half), "gelu_erf");
}

TEST_F(RecognizeActivations, GeluOfAProduct) {
  const NetworkId x = b_.scalar("mul", b_.binary("mul", x_, x_), 0.5);
  b_.output(half_x_times(x, erf(x)));
  EXPECT_THAT(live_ops(run_pass(b_.network, passes::recognize_activations)), ElementsAre("mul", "mul", "gelu_erf"));
}

TEST_F(RecognizeActivations, GeluByTanhWithPower) {
  expect_found(half_x_times(x_, tanh(x_, b_.scalar("pow", x_, 3))), "gelu_tanh");
}

TEST_F(RecognizeActivations, GeluByTanhWithProducts) {
  expect_found(half_x_times(x_, tanh(x_, b_.binary("mul", x_, b_.binary("mul", x_, x_)))), "gelu_tanh");
}

TEST_F(RecognizeActivations, GeluByTanhWithXFactoredOut) {
  const NetworkId square = b_.scalar("mul", b_.binary("mul", x_, x_), 0.044715);
  const NetworkId scaled = b_.scalar("mul", x_, std::sqrt(2 / std::numbers::pi));
  const NetworkId t = b_.unary("tanh", b_.binary("mul", scaled, b_.scalar("add", square, 1)));
  expect_found(half_x_times(x_, t), "gelu_tanh");
}

TEST_F(RecognizeActivations, SiluAndHardSwish) {
  NetworkBuilder empty = b_;
  expect_found(b_.binary("mul", x_, b_.unary("sigmoid", x_)), "silu");
  b_ = empty;
  expect_found(b_.binary("mul", b_.unary("hard_sigmoid", x_, {{"alpha", 1.0 / 6}, {"beta", 0.5}}), x_), "hard_swish");
  b_ = empty;
  const NetworkId clipped = b_.unary("clip", b_.scalar("add", x_, 3), {{"min", 0.0}, {"max", 6.0}});
  expect_found(b_.scalar("div", b_.binary("mul", x_, clipped), 6), "hard_swish");
}

TEST_F(RecognizeActivations, TwoOfThemInAChain) {
  const NetworkId x = half_x_times(x_, erf(x_));
  b_.output(half_x_times(x, erf(x)));
  EXPECT_THAT(live_ops(run_pass(b_.network, passes::recognize_activations)), ElementsAre("gelu_erf", "gelu_erf"));
}

TEST_F(RecognizeActivations, WhatOthersReadStays) {
  const NetworkId t = erf(x_);
  b_.output(half_x_times(x_, t));
  b_.output(t);
  EXPECT_THAT(live_ops(run_pass(b_.network, passes::recognize_activations)), ElementsAre("gelu_erf", "div", "erf"));
}

TEST_F(RecognizeActivations, LookalikesOfGelu) {
  const NetworkBuilder empty = b_;
  const auto expect_lookalike = [&](const auto& build) {
    b_ = empty;
    expect_not_found(build());
  };
  expect_lookalike([&] { return half_x_times(x_, erf(x_, 1.5)); });
  expect_lookalike([&] { return half_x_times(x_, erf(x_, 1.4143)); });
  expect_lookalike([&] { return half_x_times(x_, erf(x_), 0.501); });
  expect_lookalike([&] { return half_x_times(b_.input({3, 8}), erf(x_)); });
  expect_lookalike([&] { return half_x_times(x_, b_.unary("tanh", b_.scalar("div", x_, std::numbers::sqrt2))); });
  expect_lookalike([&] { return half_x_times(x_, tanh(x_, b_.scalar("pow", x_, 3), 0.0447)); });
  expect_lookalike([&] { return half_x_times(x_, tanh(x_, b_.scalar("pow", x_, 2))); });
}

TEST_F(RecognizeActivations, LookalikesOfSiluAndHardSwish) {
  const NetworkBuilder empty = b_;
  expect_not_found(b_.binary("mul", x_, b_.unary("sigmoid", b_.scalar("mul", x_, 1.702))));
  b_ = empty;
  expect_not_found(b_.binary("mul", x_, b_.unary("hard_sigmoid", x_, {{"alpha", 0.2}, {"beta", 0.5}})));
  b_ = empty;
  const NetworkId clipped = b_.unary("clip", b_.scalar("add", x_, 3), {{"min", 0.0}, {"max", 5.0}});
  expect_not_found(b_.scalar("div", b_.binary("mul", x_, clipped), 6));
}

TEST_F(RecognizeActivations, ABroadcastProductIsNone) {
  const NetworkId row = b_.input({8});
  expect_not_found(b_.scalar("mul", b_.binary("mul", x_, b_.scalar("add", erf(row), 1)), 0.5));
}

}  // namespace
}  // namespace tilecast
