#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read_text/boxes.h"
#include "read_text/decode.h"
#include "read_text/picture.h"

namespace {

using ::testing::ElementsAre;

constexpr int kHeight = 40;
constexpr int kWidth = 60;
constexpr int kStride = 64;

class FindBoxes : public ::testing::Test {
 protected:
  void fill(const Box& box, float value) {
    for (int y = box.top; y < box.bottom; ++y) {
      for (int x = box.left; x < box.right; ++x) map_[static_cast<std::size_t>(y * kStride + x)] = value;
    }
  }
  std::vector<Box> find() const { return find_boxes(map_, kHeight, kWidth, kStride); }

  std::vector<float> map_ = std::vector<float>(static_cast<std::size_t>(kHeight * kStride), 0.1f);
};

TEST_F(FindBoxes, GrowByAreaAndCircumferenceFromTopToBottom) {
  fill({25, 5, 32, 25}, 0.9f);
  fill({6, 20, 13, 40}, 0.9f);
  const auto boxes = find();
  ASSERT_EQ(boxes.size(), 2U);
  // 8 x 21 with the neighbours below and to the right; 168 * 1.6 / 58 is near 5.
  EXPECT_THAT(std::vector({boxes[0].top, boxes[0].left, boxes[0].bottom, boxes[0].right}), ElementsAre(1, 15, 19, 46));
  EXPECT_THAT(std::vector({boxes[1].top, boxes[1].left, boxes[1].bottom, boxes[1].right}), ElementsAre(20, 0, 38, 31));
}

TEST_F(FindBoxes, StayInThePicture) {
  fill({30, 40, kHeight, kStride}, 0.9f);
  const auto boxes = find();
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].bottom, kHeight);
  EXPECT_EQ(boxes[0].right, kWidth);
}

TEST_F(FindBoxes, NearlyTouchingPartsAreOneLine) {
  fill({10, 10, 16, 20}, 0.9f);
  fill({10, 21, 16, 30}, 0.9f);
  EXPECT_EQ(find().size(), 1U);
}

TEST_F(FindBoxes, NoneForWhatIsFaintOrSmall) {
  fill({10, 10, 16, 30}, 0.4f);
  fill({30, 10, 31, 11}, 0.99f);
  EXPECT_TRUE(find().empty());
}

TEST(Decode, DropsRepeatedClassesAndBlanks) {
  const std::vector<std::string> characters = {"a", "ß"};
  // a a - a ß -
  const std::vector<float> steps = {0.1f, 0.9f, 0.0f, 0.2f, 0.8f, 0.0f, 1.0f, 0.0f, 0.0f,
                                    0.3f, 0.7f, 0.0f, 0.2f, 0.3f, 0.5f, 0.9f, 0.0f, 0.1f};
  const Reading reading = decode(steps, characters);
  EXPECT_EQ(reading.text, "aaß");
  EXPECT_NEAR(reading.confidence, (0.9 + 0.7 + 0.5) / 3, 1e-6);
}

TEST(Decode, NothingIsNoText) {
  const Reading reading = decode(std::vector<float>{0.9f, 0.1f}, {"a"});
  EXPECT_EQ(reading.text, "");
  EXPECT_EQ(reading.confidence, 0);
}

TEST(Picture, ResizesLinearlyBetweenCentres) {
  const Picture row{1, 2, {0, 0, 0, 100, 40, 8}};
  const Picture twice = resized(row, 1, 4);
  EXPECT_THAT(twice.pixels, ElementsAre(0, 0, 0, 25, 10, 2, 75, 30, 6, 100, 40, 8));
  EXPECT_EQ(resized(row, 1, 2).pixels, row.pixels);
}

TEST(Picture, CropsAndTurns) {
  const Picture row{1, 2, {1, 2, 3, 4, 5, 6}};
  EXPECT_THAT(cropped(row, {0, 1, 1, 2}).pixels, ElementsAre(4, 5, 6));
  EXPECT_THAT(turned_upside_down(row).pixels, ElementsAre(4, 5, 6, 1, 2, 3));
}

TEST(Picture, ReadsTheExample) {
  const Picture picture = read_ppm(TILECAST_SOURCE_DIR "/examples/read_text/picture.ppm");
  EXPECT_EQ(picture.height, 224);
  EXPECT_EQ(picture.width, 480);
  EXPECT_EQ(picture.at(0, 0, 0), 247);
}

}  // namespace
