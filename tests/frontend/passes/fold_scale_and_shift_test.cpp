#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/passes/passes.h"
#include "network_builder.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using Ints = std::vector<std::int64_t>;

NetworkId add_conv(NetworkBuilder& b, NetworkId x, std::int64_t channels) {
  Shape shape = b.shape(x);
  const NetworkId weight = b.constant({3, 3, shape.back(), channels}, -0.5, 0.5);
  shape.back() = channels;
  return b.op(
      "conv", {x, weight},
      {{"strides", Ints{1, 1}}, {"pads_begin", Ints{1, 1}}, {"pads_end", Ints{1, 1}}, {"dilations", Ints{1, 1}}},
      shape);
}

NetworkId add_batch_norm(NetworkBuilder& b, NetworkId x) {
  const NetworkId scaled = b.binary("mul", x, b.constant({b.shape(x).back()}));
  return b.binary("add", scaled, b.constant({b.shape(x).back()}, -1, 1));
}

TEST(FoldScaleAndShift, BatchNormalizationAfterConvolution) {
  NetworkBuilder b;
  b.output(add_batch_norm(b, add_conv(b, b.input({1, 4, 5, 3}), 6)));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("conv", "add"));
}

TEST(FoldScaleAndShift, BatchNormalizationAfterBias) {
  NetworkBuilder b;
  const NetworkId x = add_conv(b, b.input({1, 4, 5, 3}), 6);
  const NetworkId biased = b.binary("add", b.constant({1, 1, 6}, -1, 1), x);
  b.output(b.unary("relu", add_batch_norm(b, biased)));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("conv", "add", "relu"));
}

TEST(FoldScaleAndShift, ConvTranspose) {
  NetworkBuilder b;
  const NetworkId x = b.input({1, 3, 3, 2});
  const NetworkId weight = b.constant({2, 2, 2, 5}, -0.5, 0.5);
  const NetworkId product =
      b.op("conv_transpose", {x, weight},
           {{"strides", Ints{2, 2}}, {"pads_begin", Ints{0, 0}}, {"pads_end", Ints{0, 0}}, {"dilations", Ints{1, 1}}},
           {1, 6, 6, 5});
  b.output(add_batch_norm(b, product));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("conv_transpose", "add"));
}

TEST(FoldScaleAndShift, EveryFormOfScaleAndShift) {
  NetworkBuilder b;
  NetworkId y = b.dense(b.input({3, 4}), 5);
  y = b.binary("sub", y, b.constant({5}));
  y = b.binary("div", y, b.constant({1, 5}));
  y = b.binary("sub", b.constant({5}), y);
  y = b.scalar("mul", y, -0.25);
  y = b.scalar("add", y, 3);
  y = b.binary("mul", b.filled({1}, 1.5), y);
  y = b.scalar_left("sub", 0.5, y);
  b.output(y);
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("dense", "add"));
}

TEST(FoldScaleAndShift, TwoBiasesBecomeOne) {
  NetworkBuilder b;
  const NetworkId y = b.binary("add", b.dense(b.input({3, 4}), 5), b.constant({5}));
  b.output(b.binary("add", y, b.constant({5})));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("dense", "add"));
}

TEST(FoldScaleAndShift, ScaleAloneNeedsNoBias) {
  NetworkBuilder b;
  b.output(b.scalar("mul", b.dense(b.input({3, 4}), 5), 2));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("dense"));
}

TEST(FoldScaleAndShift, SharedWeightStaysForItsOtherReader) {
  NetworkBuilder b;
  const NetworkId x = b.input({3, 4});
  const NetworkId first = b.dense(x, 4);
  const NetworkId second = b.op("dense", {first, b.network.node(first).inputs[1]}, {}, {3, 4});
  b.output(b.scalar("mul", second, 2));
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("dense", "dense"));
}

TEST(FoldScaleAndShift, StopsAtAnotherReader) {
  NetworkBuilder b;
  const NetworkId product = b.dense(b.input({3, 4}), 5);
  b.output(b.scalar("mul", product, 2));
  b.output(product);
  expect_unchanged(b.network, passes::fold_scale_and_shift);
}

TEST(FoldScaleAndShift, WhatIsFoldedEndsAtTheFirstSharedValue) {
  NetworkBuilder b;
  const NetworkId scaled = b.scalar("mul", b.dense(b.input({3, 4}), 5), 2);
  b.output(b.binary("mul", scaled, b.constant({5})));
  b.output(scaled);
  EXPECT_THAT(live_ops(run_pass(b.network, passes::fold_scale_and_shift)), ElementsAre("dense", "mul"));
}

TEST(FoldScaleAndShift, LeavesOtherConstantsAlone) {
  for (const Shape& shape : {Shape{3, 1}, Shape{3, 5}, Shape{2, 3, 5}, Shape{1, 1, 5}}) {
    NetworkBuilder b;
    b.output(b.binary("mul", b.dense(b.input({3, 4}), 5), b.constant(shape)));
    expect_unchanged(b.network, passes::fold_scale_and_shift);
  }
}

TEST(FoldScaleAndShift, LeavesDivisionByZeroAndByTheProductAlone) {
  NetworkBuilder b;
  b.output(b.scalar("div", b.dense(b.input({3, 4}), 5), 0));
  b.output(b.scalar_left("div", 1, b.dense(b.input({3, 4}), 5)));
  expect_unchanged(b.network, passes::fold_scale_and_shift);
}

TEST(FoldScaleAndShift, LeavesABiasAsItIs) {
  NetworkBuilder b;
  b.output(b.binary("add", b.dense(b.input({3, 4}), 5), b.constant({5})));
  expect_unchanged(b.network, passes::fold_scale_and_shift);
}

}  // namespace
}  // namespace tilecast
