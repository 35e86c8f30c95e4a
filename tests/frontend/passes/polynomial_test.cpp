#include "frontend/passes/polynomial.h"

#include <gtest/gtest.h>

#include "network_builder.h"

namespace tilecast::passes {
namespace {

using testing::NetworkBuilder;

class PolynomialTest : public ::testing::Test {
 protected:
  std::optional<Polynomial> of(NetworkId id) const { return polynomial_of(b_.network, id, x_, t_); }

  NetworkBuilder b_;
  NetworkId x_ = b_.input({4});
  NetworkId t_ = b_.input({4});
  const Polynomial kCubic_ = {{{1, 0}, 1}, {{3, 0}, 0.5}};  // x + x^3 / 2
};

TEST_F(PolynomialTest, ProductsPowersAndFactorsInAnyOrderAreOneForm) {
  const NetworkId square = b_.binary("mul", x_, x_);
  const NetworkId by_product = b_.binary("mul", b_.scalar("mul", x_, 0.5), square);
  EXPECT_EQ(of(b_.binary("add", x_, by_product)), kCubic_);
  const NetworkId by_power = b_.scalar("div", b_.scalar("pow", x_, 3), 2);
  EXPECT_EQ(of(b_.binary("add", by_power, x_)), kCubic_);
  const NetworkId factored = b_.binary("mul", x_, b_.scalar("add", b_.scalar("mul", square, 0.5), 1));
  EXPECT_EQ(of(factored), kCubic_);
  const NetworkId negative = b_.unary("neg", b_.binary("sub", b_.unary("neg", x_), by_product));
  EXPECT_EQ(of(negative), kCubic_);
}

TEST_F(PolynomialTest, OfTwoValues) {
  EXPECT_EQ(of(b_.binary("mul", x_, b_.scalar("add", t_, 1))), (Polynomial{{{1, 0}, 1}, {{1, 1}, 1}}));
  EXPECT_EQ(of(b_.scalar_left("sub", 1, t_)), (Polynomial{{{0, 0}, 1}, {{0, 1}, -1}}));
  EXPECT_EQ(of(b_.binary("sub", x_, x_)), Polynomial{}) << "terms that cancel are gone";
}

TEST_F(PolynomialTest, OtherExpressionsAreNone) {
  EXPECT_EQ(of(b_.unary("exp", x_)), std::nullopt);
  EXPECT_EQ(of(b_.binary("add", x_, b_.input({4}))), std::nullopt);
  EXPECT_EQ(of(b_.scalar_left("div", 1, x_)), std::nullopt);
  EXPECT_EQ(of(b_.binary("div", x_, t_)), std::nullopt);
  for (const double exponent : {0.5, 0.0, -1.0, 5.0}) {
    EXPECT_EQ(of(b_.scalar("pow", x_, exponent)), std::nullopt) << exponent;
  }
  const NetworkId fourth = b_.scalar("pow", x_, 4);
  EXPECT_EQ(of(fourth), (Polynomial{{{4, 0}, 1}}));
  EXPECT_EQ(of(b_.binary("mul", fourth, t_)), std::nullopt) << "of degree 5";
  EXPECT_EQ(of(b_.binary("add", x_, b_.op("neg", {x_}, {}, {2, 4}))), std::nullopt) << "of another shape";
  NetworkId deep = x_;
  for (int i = 0; i < 8; ++i) deep = b_.scalar("add", deep, 1);
  EXPECT_EQ(of(deep), (Polynomial{{{0, 0}, 8}, {{1, 0}, 1}}));
  EXPECT_EQ(of(b_.scalar("add", deep, 1)), std::nullopt) << "nine operators deep";
}

TEST(SamePolynomial, CoefficientsMayBeRounded) {
  const Polynomial a = {{{1, 0}, 1}, {{3, 0}, 0.044715}};
  EXPECT_TRUE(same_polynomial(a, {{{1, 0}, 1}, {{3, 0}, static_cast<float>(0.044715)}}));
  EXPECT_FALSE(same_polynomial(a, {{{1, 0}, 1}, {{3, 0}, 0.0447}}));
  EXPECT_FALSE(same_polynomial(a, {{{1, 0}, 1}}));
  EXPECT_FALSE(same_polynomial(a, {{{1, 0}, 1}, {{2, 0}, 0.044715}}));
  EXPECT_TRUE(same_polynomial({}, {}));
}

}  // namespace
}  // namespace tilecast::passes
