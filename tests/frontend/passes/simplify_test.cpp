#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Ints = std::vector<std::int64_t>;

class Simplify : public ::testing::Test {
 protected:
  std::vector<std::string> after(NetworkId result) {
    b_.output(result);
    return live_ops(run_pass(b_.network, passes::simplify));
  }

  NetworkBuilder b_;
  NetworkId x_ = b_.input({2, 3, 4});
};

TEST_F(Simplify, NeutralNumbers) {
  NetworkId y = b_.scalar("add", x_, 0);
  y = b_.scalar("sub", y, 0);
  y = b_.scalar("mul", y, 1);
  y = b_.scalar("div", y, 1);
  y = b_.scalar("pow", y, 1);
  y = b_.binary("add", b_.filled({1}, 0), y);
  y = b_.binary("mul", y, b_.filled({1, 4}, 1));
  EXPECT_THAT(after(y), IsEmpty());
}

TEST_F(Simplify, NumbersThatAreNotNeutral) {
  b_.output(b_.scalar_left("sub", 0, x_));
  b_.output(b_.scalar_left("div", 1, x_));
  b_.output(b_.scalar("add", x_, 1));
  b_.output(b_.scalar("mul", x_, 0));
  b_.output(b_.binary("mul", x_, b_.constant({4})));
  b_.output(b_.binary("add", x_, b_.filled({5, 1, 1, 1}, 0)));
  expect_unchanged(b_.network, passes::simplify);
}

TEST_F(Simplify, TranspositionsThatUndoEachOther) {
  EXPECT_THAT(after(b_.transpose(b_.transpose(x_, {1, 2, 0}), {2, 0, 1})), IsEmpty());
}

TEST_F(Simplify, TranspositionsThatFollowEachOther) {
  EXPECT_THAT(after(b_.transpose(b_.transpose(b_.transpose(x_, {1, 2, 0}), {0, 2, 1}), {2, 0, 1})),
              ElementsAre("transpose"));
}

TEST_F(Simplify, ATranspositionThatMovesNothingIsAReshape) {
  EXPECT_THAT(after(b_.transpose(b_.input({2, 1, 4}), {1, 0, 2})), ElementsAre("reshape"));
}

TEST_F(Simplify, Reshapes) {
  EXPECT_THAT(after(b_.reshape(b_.reshape(x_, {6, 4}), {8, 3})), ElementsAre("reshape"));
}

TEST_F(Simplify, ReshapesThatUndoEachOther) {
  EXPECT_THAT(after(b_.reshape(b_.reshape(x_, {6, 4}), {2, 3, 4})), IsEmpty());
}

TEST_F(Simplify, ATransposedReshapeStays) {
  b_.output(b_.transpose(b_.reshape(x_, {6, 4}), {1, 0}));
  b_.output(b_.reshape(b_.transpose(x_, {1, 0, 2}), {6, 4}));
  expect_unchanged(b_.network, passes::simplify);
}

TEST_F(Simplify, TheFirstOfTwoTranspositionsStaysForItsOtherReader) {
  const NetworkId first = b_.transpose(x_, {1, 2, 0});
  b_.output(first);
  EXPECT_THAT(after(b_.unary("relu", b_.transpose(first, {2, 0, 1}))), ElementsAre("transpose", "relu"));
}

TEST_F(Simplify, Casts) {
  const NetworkId same = b_.unary("cast", x_, {{"to", "float32"}});
  const NetworkId whole = b_.network.add({"whole", "cast", {same}, {{"to", "int32"}}, {DataType::kInt32, {2, 3, 4}}});
  EXPECT_THAT(after(b_.unary("cast", whole, {{"to", "float32"}})), ElementsAre("cast", "cast"));
}

}  // namespace
}  // namespace tilecast
