#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

struct Chain {
  std::vector<std::int64_t> max_axes = {1};
  std::vector<std::int64_t> sum_axes = {1};
  std::string max = "max";
  std::string sum = "sum";
  bool reciprocal = false;
};

// Returns exp(x - max), the sum and the quotient.
std::array<NetworkId, 3> add_chain(NetworkBuilder& b, NetworkId x, const Chain& chain) {
  const NetworkId power = b.unary("exp", b.binary("sub", x, b.reduce(chain.max, x, chain.max_axes)));
  const NetworkId sum = b.reduce(chain.sum, power, chain.sum_axes);
  const NetworkId result =
      chain.reciprocal ? b.binary("mul", b.unary("reciprocal", sum), power) : b.binary("div", power, sum);
  return {power, sum, result};
}

TEST(RecognizeSoftmax, AlongEachAxisAndByReciprocal) {
  for (const std::int64_t axis : {0, 1, 2}) {
    for (const bool reciprocal : {false, true}) {
      NetworkBuilder b;
      b.output(add_chain(b, b.input({2, 5, 3}), {{axis}, {axis}, "max", "sum", reciprocal})[2]);
      const Network result = run_pass(b.network, passes::recognize_softmax);
      EXPECT_THAT(live_ops(result), ElementsAre("softmax"));
      EXPECT_EQ(result.node(result.outputs[0].value).attributes.get_int("axis", -1), axis);
    }
  }
}

TEST(RecognizeSoftmax, TheSumStaysForItsOtherReader) {
  NetworkBuilder b;
  const auto chain = add_chain(b, b.input({2, 5, 3}), {});
  b.output(chain[2]);
  b.output(chain[1]);
  EXPECT_THAT(live_ops(run_pass(b.network, passes::recognize_softmax)),
              ElementsAre("softmax", "reduce", "sub", "exp", "reduce"));
}

TEST(RecognizeSoftmax, Lookalikes) {
  for (const Chain& chain :
       {Chain{{1}, {2}}, Chain{{1, 2}, {1, 2}}, Chain{{1}, {1}, "min"}, Chain{{1}, {1}, "max", "mean"}}) {
    NetworkBuilder b;
    b.output(add_chain(b, b.input({2, 5, 3}), chain)[2]);
    expect_unchanged(b.network, passes::recognize_softmax);
  }
}

TEST(RecognizeSoftmax, ThePartsOfTwoTensors) {
  NetworkBuilder b;
  const NetworkId x = b.input({2, 5, 3});
  const auto first = add_chain(b, x, {});
  const auto second = add_chain(b, b.input({2, 5, 3}), {});
  b.output(b.binary("div", first[0], second[1]));
  const NetworkId power = b.unary("exp", b.binary("sub", x, b.reduce("max", b.input({2, 5, 3}), {1})));
  b.output(b.binary("div", power, b.reduce("sum", power, {1})));
  expect_unchanged(b.network, passes::recognize_softmax);
}

}  // namespace
}  // namespace tilecast
