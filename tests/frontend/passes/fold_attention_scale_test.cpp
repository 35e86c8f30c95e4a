#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

constexpr std::int64_t kTokens = 5;
constexpr std::int64_t kHeads = 2;
constexpr std::int64_t kSize = 4;

class FoldAttentionScale : public ::testing::Test {
 protected:
  NetworkId project(bool bias = true) {
    const NetworkId product = b_.dense(x_, kHeads * kSize);
    return bias ? b_.binary("add", b_.constant({kHeads * kSize}, -1, 1), product) : product;
  }
  NetworkId split(NetworkId x, const std::vector<std::int64_t>& perm = {0, 2, 1, 3}) {
    return b_.transpose(b_.reshape(x, {1, kTokens, kHeads, kSize}), perm);
  }
  NetworkId key() { return split(project(), {0, 2, 3, 1}); }
  void finish(NetworkId scores) { b_.output(b_.softmax(b_.binary("add", scores, b_.input({kTokens})))); }
  Network run() { return run_pass(b_.network, passes::fold_attention_scale); }
  void expect_scale_is_gone() {
    const Network result = run();
    EXPECT_EQ(count_op(result, "mul") + count_op(result, "div"), 0U);
    EXPECT_EQ(count_op(result, "dense"), count_op(b_.network, "dense"));
  }

  NetworkBuilder b_;
  NetworkId x_ = b_.input({1, kTokens, kHeads* kSize});
};

TEST_F(FoldAttentionScale, AtTheScores) {
  finish(b_.scalar("div", b_.batch_matmul(split(project()), key()), 2));
  expect_scale_is_gone();
}

TEST_F(FoldAttentionScale, AtTheScoresAsAConstant) {
  finish(b_.binary("mul", b_.filled({1}, 0.5), b_.batch_matmul(split(project()), key())));
  expect_scale_is_gone();
}

TEST_F(FoldAttentionScale, AtTheQueryWithoutBias) {
  const NetworkId query = b_.scalar("mul", split(project(false)), 0.5);
  finish(b_.batch_matmul(query, key()));
  expect_scale_is_gone();
}

TEST_F(FoldAttentionScale, AtTheQueryAndAtTheKeyAndAtTheScores) {
  const NetworkId query = b_.scalar("mul", split(project()), 0.7);
  const NetworkId scaled_key = b_.scalar("div", key(), 1.5);
  finish(b_.scalar("mul", b_.batch_matmul(query, scaled_key), 1.25));
  expect_scale_is_gone();
}

TEST_F(FoldAttentionScale, IntoTheKeyWhenTheQueryIsNoProjection) {
  finish(b_.scalar("mul", b_.batch_matmul(b_.input({1, kHeads, kTokens, kSize}), key()), 0.5));
  expect_scale_is_gone();
}

TEST_F(FoldAttentionScale, IntoTheKeyWhenTheQueryIsReadElsewhere) {
  const NetworkId query = split(project());
  finish(b_.scalar("mul", b_.batch_matmul(query, key()), 0.5));
  b_.output(query);
  expect_scale_is_gone();
}

TEST_F(FoldAttentionScale, NotWhereAllIsReadElsewhere) {
  const NetworkId query = project();
  const NetworkId shared_key = key();
  finish(b_.scalar("mul", b_.batch_matmul(split(query), shared_key), 0.5));
  b_.output(query);
  b_.output(shared_key);
  expect_unchanged(b_.network, passes::fold_attention_scale);
}

TEST_F(FoldAttentionScale, NotWhereTheUnscaledScoresAreRead) {
  const NetworkId scores = b_.batch_matmul(split(project()), key());
  finish(b_.scalar("mul", scores, 0.5));
  b_.output(scores);
  expect_unchanged(b_.network, passes::fold_attention_scale);
}

TEST_F(FoldAttentionScale, NotIntoASquare) {
  const NetworkId query = b_.scalar("mul", split(project()), 0.5);
  b_.output(b_.softmax(b_.batch_matmul(query, query, true)));
  expect_unchanged(b_.network, passes::fold_attention_scale);
}

TEST_F(FoldAttentionScale, NotThroughOtherOperators) {
  finish(b_.scalar("mul", b_.batch_matmul(b_.unary("relu", split(project())), b_.unary("tanh", key())), 0.5));
  expect_unchanged(b_.network, passes::fold_attention_scale);
}

TEST_F(FoldAttentionScale, NotWithoutAScaleOrWithAVector) {
  finish(b_.batch_matmul(split(project()), key()));
  finish(b_.binary("mul", b_.batch_matmul(split(project()), key()), b_.constant({kTokens})));
  expect_unchanged(b_.network, passes::fold_attention_scale);
}

}  // namespace
}  // namespace tilecast
