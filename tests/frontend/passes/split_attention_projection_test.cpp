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
constexpr std::int64_t kHidden = kHeads * kSize;

class SplitAttentionProjection : public ::testing::Test {
 protected:
  NetworkId slice(NetworkId x, std::size_t dim, std::int64_t start, std::int64_t count) {
    Shape shape = b_.shape(x);
    Shape starts(shape.size(), 0);
    starts[dim] = start;
    shape[dim] = count;
    return b_.op("slice", {x}, {{"starts", starts}, {"steps", Shape(shape.size(), 1)}}, shape);
  }
  NetworkId project(std::int64_t outputs = 3 * kHidden) {
    return b_.binary("add", b_.dense(x_, outputs), b_.constant({outputs}, -1, 1));
  }
  NetworkId heads(NetworkId x, const std::vector<std::int64_t>& perm = {0, 2, 1, 3}) {
    return b_.transpose(b_.reshape(x, {1, kTokens, kHeads, kSize}), perm);
  }
  void attend(NetworkId query, NetworkId key, NetworkId value) {
    b_.output(b_.batch_matmul(b_.softmax(b_.batch_matmul(query, key)), value));
  }
  Network run() { return run_pass(b_.network, passes::split_attention_projection); }
  void expect_split(std::size_t parts) {
    const Network result = run();
    EXPECT_EQ(count_op(result, "dense"), parts);
    EXPECT_EQ(count_op(result, "slice"), 0U);
  }
  void expect_unchanged_network() { expect_unchanged(b_.network, passes::split_attention_projection); }

  NetworkBuilder b_;
  NetworkId x_ = b_.input({1, kTokens, kHidden});
};

TEST_F(SplitAttentionProjection, SlicesOfTheChannels) {
  const NetworkId all = project();
  const auto part = [&](std::int64_t i) { return slice(all, 2, i * kHidden, kHidden); };
  attend(heads(part(0)), heads(part(1), {0, 2, 3, 1}), heads(part(2)));
  expect_split(3);
}

TEST_F(SplitAttentionProjection, WithoutBiasAndPartsOfDifferentSizes) {
  const NetworkId all = b_.dense(x_, 2 * kHidden);
  const NetworkId query = slice(all, 2, 0, kHidden);
  b_.output(b_.batch_matmul(b_.transpose(query, {0, 2, 1}), slice(all, 2, kHidden, 6)));
  expect_split(2);
}

// As ViT has it: tokens first, then [3, tokens, 1, hidden] by a transposition.
TEST_F(SplitAttentionProjection, SlicesOfATransposition) {
  const NetworkId apart = b_.reshape(project(), {1, kTokens, 1, 3, kHidden});
  const NetworkId all = b_.reshape(b_.transpose(apart, {3, 1, 2, 0, 4}), {3, kTokens, 1, kHidden});
  const auto part = [&](std::int64_t i) { return b_.reshape(slice(all, 0, i, 1), {1, kTokens, kHidden}); };
  attend(b_.scalar("mul", heads(part(0)), 0.5), heads(part(1), {0, 2, 3, 1}), heads(part(2)));
  expect_split(3);
}

// As text recognition has it: heads apart before the slices.
TEST_F(SplitAttentionProjection, SlicesOfHeads) {
  const NetworkId all = b_.transpose(b_.reshape(project(), {1, kTokens, 3, kHeads, kSize}), {2, 0, 3, 1, 4});
  const auto part = [&](std::int64_t i) { return b_.reshape(slice(all, 0, i, 1), {1, kHeads, kTokens, kSize}); };
  attend(part(0), b_.transpose(part(1), {0, 1, 3, 2}), part(2));
  expect_split(3);
}

TEST_F(SplitAttentionProjection, ThenItsScaleGoesIntoTheWeights) {
  const NetworkId all = project();
  const auto part = [&](std::int64_t i) { return slice(all, 2, i * kHidden, kHidden); };
  attend(b_.scalar("mul", heads(part(0)), 0.7), b_.scalar("mul", heads(part(1), {0, 2, 3, 1}), 0.7), heads(part(2)));
  const Network result = run_pass(b_.network, optimize);
  EXPECT_EQ(count_op(result, "slice") + count_op(result, "mul"), 0U);
}

TEST_F(SplitAttentionProjection, NotWhereThereIsNoAttention) {
  const NetworkId all = project(2 * kHidden);
  b_.output(b_.binary("mul", slice(all, 2, 0, kHidden), b_.unary("sigmoid", slice(all, 2, kHidden, kHidden))));
  expect_unchanged_network();
}

TEST_F(SplitAttentionProjection, NotWherePartsOverlap) {
  const NetworkId all = project();
  attend(heads(slice(all, 2, 0, kHidden)), heads(slice(all, 2, kHidden - 1, kHidden), {0, 2, 3, 1}),
         heads(slice(all, 2, 2 * kHidden, kHidden)));
  expect_unchanged_network();
}

TEST_F(SplitAttentionProjection, NotWhereAPartIsOfTokens) {
  const NetworkId all = project(kHidden);
  const NetworkId first = b_.reshape(slice(all, 1, 0, 2), {1, 1, 2, kHidden});
  const NetworkId second = b_.reshape(slice(all, 1, 2, 3), {1, 1, 3, kHidden});
  b_.output(b_.batch_matmul(first, second, true));
  expect_unchanged_network();
}

TEST_F(SplitAttentionProjection, NotWhereAPartIsOfEachHead) {
  // The halves of each head's channels are no range of the projection's.
  const NetworkId all = b_.reshape(project(kHidden), {1, kTokens, kHeads, kSize});
  const NetworkId first = b_.reshape(slice(all, 3, 0, 2), {1, kTokens, 4});
  b_.output(b_.batch_matmul(first, b_.reshape(slice(all, 3, 2, 2), {1, kTokens, 4}), true));
  expect_unchanged_network();
}

TEST_F(SplitAttentionProjection, NotWhereTheProjectionIsReadElsewhere) {
  const NetworkId all = project();
  const auto part = [&](std::int64_t i) { return slice(all, 2, i * kHidden, kHidden); };
  attend(heads(part(0)), heads(part(1), {0, 2, 3, 1}), heads(part(2)));
  b_.output(all);
  expect_unchanged_network();
}

}  // namespace
}  // namespace tilecast
