#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../model_maker.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

enum class By { kScales, kSizes };

Result<Network> resized(const Shape& x, By by, const std::vector<double>& numbers, const Attributes& attributes) {
  ModelMaker model;
  std::vector<ModelValueId> inputs = {model.input("x", x), kNoValue};
  if (by == By::kScales) {
    inputs.push_back(model.constant(DataType::kFloat32, numbers));
  } else {
    inputs.push_back(kNoValue);
    inputs.push_back(model.constant(DataType::kInt64, numbers));
  }
  return model.lower(model.node("Resize", inputs, attributes));
}

TEST(Resize, ImagesByTheRatioOfTheirExtentsAreOneOperator) {
  const Attributes linear{{"mode", std::string("linear")}};
  const auto image = resized({1, 2, 4, 4}, By::kScales, {1, 1, 2, 0.5}, linear);
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_EQ(count_nodes(*image, "resize"), 1);
  EXPECT_EQ(count_nodes(*image, "gather"), 0);
  const auto last = resized({1, 4, 4, 3}, By::kScales, {1, 2, 2, 1}, linear);
  ASSERT_TRUE(last.ok()) << last.error().message;
  EXPECT_EQ(count_nodes(*last, "resize"), 1);
  EXPECT_EQ(count_nodes(*last, "transpose"), 0);
  const auto fraction = resized({1, 2, 4, 4}, By::kScales, {1, 1, 1.3, 1}, linear);
  ASSERT_TRUE(fraction.ok()) << fraction.error().message;
  EXPECT_EQ(count_nodes(*fraction, "resize"), 0);
}

// ONNX's own test of this: the coordinates go by 2.4 elements, not by the two that there are.
TEST(Resize, AScaleThatGivesNoWholeExtentDecidesTheCoordinates) {
  const auto network =
      resized({1, 1, 4}, By::kScales, {1, 1, 0.6F},
              {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("align_corners")}});
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {1, 2, 3, 4}), ElementsAre(1, ::testing::DoubleNear(3.142857, 1e-5)));
}

TEST(Resize, TensorFlowsHalfPixelsOfOpset11) {
  const auto network = resized({1, 1, 4}, By::kSizes, {1, 1, 2},
                               {{"coordinate_transformation_mode", std::string("tf_half_pixel_for_nn")}});
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {1, 2, 3, 4}), ElementsAre(2, 4));
}

TEST(Resize, WhatMakesNoSenseIsRefused) {
  const auto message = [](By by, const std::vector<double>& numbers, const Attributes& attributes = {}) {
    const auto network = resized({1, 1, 4}, by, numbers, attributes);
    return network.ok() ? "lowered" : network.error().message;
  };
  EXPECT_EQ(message(By::kSizes, {1, 1, 0}),
            "node '/Resize' (Resize, domain ai.onnx): 4 elements of dimension 2 cannot be resized to 0");
  EXPECT_THAT(message(By::kScales, {1, 1, 0.1}), HasSubstr("4 elements of dimension 2 cannot be resized to 0.4"));
  EXPECT_THAT(message(By::kScales, {1, 1, 1e30}), HasSubstr("cannot be resized to"));
  EXPECT_THAT(message(By::kScales, {1, 2}), HasSubstr("it needs 3 scales or sizes"));
  EXPECT_THAT(message(By::kSizes, {1, 1, 8}, {{"nearest_mode", std::string("up")}}),
              HasSubstr("its attribute 'nearest_mode' is 'up', which is not supported"));
  EXPECT_THAT(message(By::kSizes, {1, 1, 8}, {{"coordinate_transformation_mode", std::string("round")}}),
              HasSubstr("its attribute 'coordinate_transformation_mode' is 'round', which is not supported"));
  EXPECT_THAT(message(By::kSizes, {1, 1, 8}, {{"coordinate_transformation_mode", std::string("tf_crop_and_resize")}}),
              HasSubstr("tf_crop_and_resize needs the input roi"));
}

}  // namespace
}  // namespace tilecast
