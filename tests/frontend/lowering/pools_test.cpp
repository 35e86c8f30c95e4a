#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "../model_maker.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

TEST(Pools, AWindowBehindTheInputIsEmpty) {
  const Attributes window{{"kernel_shape", Ints{1}}, {"strides", Ints{3}}, {"ceil_mode", std::int64_t{1}}};
  const auto pooled = [&](const std::string& op) {
    ModelMaker model;
    const auto network = model.lower(model.node(op, {model.input("x", {1, 1, 5})}, window));
    return network.ok() ? run(*network, {1, 2, 3, 4, 5}) : std::vector<double>();
  };
  EXPECT_THAT(pooled("AveragePool"), ElementsAre(1, 4, 0));
  EXPECT_THAT(pooled("MaxPool"), ElementsAre(1, 4, std::numeric_limits<float>::lowest()));
}

// ONNX's own test: the indices count the elements of the output before it is extended.
TEST(Pools, UnpoolingIsExtendedWithZeros) {
  ModelMaker model;
  const ModelValueId indices = model.constant(DataType::kInt64, {1, 1, 2, 2}, {5, 7, 13, 15});
  const ModelValueId shape = model.constant(DataType::kInt64, {1, 1, 5, 5});
  const Attributes window{{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}};
  const auto network = model.lower(model.node("MaxUnpool", {model.input("x", {1, 1, 2, 2}), indices, shape}, window));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {5, 6, 7, 8}),
              ElementsAre(0, 0, 0, 0, 0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0));
}

TEST(Pools, NegativePadsOfAConvolutionCutItsInputOff) {
  ModelMaker model;
  const auto network =
      model.lower(model.node("Conv", {model.input("x", {1, 1, 5}), model.ones({1, 1, 2})}, {{"pads", Ints{-1, 1}}}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {1, 2, 3, 4, 5}), ElementsAre(5, 7, 9, 5));
}

TEST(Pools, WhatIsNotHandledIsRefused) {
  const auto message = [](const std::string& op, const std::function<std::vector<ModelValueId>(ModelMaker&)>& more,
                          const Attributes& attributes) {
    ModelMaker model;
    std::vector<ModelValueId> inputs = {model.input("x", {1, 1, 4, 4})};
    for (const ModelValueId id : more(model)) inputs.push_back(id);
    const auto network = model.lower(model.node(op, inputs, attributes));
    return network.ok() ? "lowered" : network.error().message;
  };
  const auto nothing = [](ModelMaker&) { return std::vector<ModelValueId>(); };
  const Attributes window{{"kernel_shape", Ints{2, 2}}};
  EXPECT_EQ(message("LpPool", nothing, {{"kernel_shape", Ints{2, 2}}, {"p", std::int64_t{0}}}),
            "node '/LpPool' (LpPool, domain ai.onnx): its attribute 'p' is 0, which is not supported");
  const auto unpool = [](const std::vector<double>& shape) {
    return [shape](ModelMaker& m) {
      return std::vector{m.constant(DataType::kInt64, {1, 1, 4, 4}, std::vector<double>(16, 0)),
                         m.constant(DataType::kInt64, shape)};
    };
  };
  EXPECT_THAT(message("MaxUnpool", unpool({1, 1, 4, 6}), window),
              HasSubstr("its output of 1x1x5x5 cannot be extended to [1, 1, 4, 6]"));
  EXPECT_THAT(message(
                  "MaxUnpool",
                  [](ModelMaker& m) {
                    return std::vector{m.ones({1, 1, 4, 4})};
                  },
                  window),
              HasSubstr("its inputs must be float32 and int64"));
  EXPECT_THAT(message("Conv",
                      [](ModelMaker& m) {
                        return std::vector{m.ones({1, 1, 1, 1})};
                      },
                      {{"pads", Ints{-2, 0, -2, 0}}}),
              HasSubstr("its kernel does not fit an input of 4"));
  const auto regions = [](ModelMaker& m) { return std::vector{m.ones({1, 4}), m.constant(DataType::kInt64, {0})}; };
  EXPECT_THAT(message("RoiAlign", regions, {}),
              HasSubstr("'sampling_ratio' is 0: a number of samples that depends on the region is not supported"));
  EXPECT_THAT(message("RoiAlign", regions, {{"sampling_ratio", std::int64_t{2}}, {"mode", std::string("sum")}}),
              HasSubstr("mode 'sum' is not supported"));
  EXPECT_THAT(message("ConvInteger",
                      [](ModelMaker& m) {
                        return std::vector{m.ones({1, 1, 1, 1})};
                      },
                      {}),
              HasSubstr("this operator is not supported"));
}

}  // namespace
}  // namespace tilecast
