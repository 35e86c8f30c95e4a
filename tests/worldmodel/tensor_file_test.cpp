#include "worldmodel/tensor_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/random.h"
#include "base/temp_directory.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class TensorFileTest : public ::testing::Test {
 protected:
  fs::path write(const std::string& content) {
    const fs::path file = directory_.path() / "model.safetensors";
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }
  // Eight bytes of length, header, data.
  fs::path write(const std::string& header, const std::string& data) {
    std::string content(8, '\0');
    content[0] = static_cast<char>(header.size() % 256);
    content[1] = static_cast<char>(header.size() / 256);
    return write(content + header + data);
  }
  TempDirectory directory_ = *TempDirectory::create("tensor_file_test");
};

const TensorFile kExample{.metadata = {{"kind", "a \"test\""}},
                          .tensors = {{"a", {{2, 3}, {1, 2, 3, 4, 5, 6.5F}}}, {"b", {{}, {-1}}}, {"c", {{0, 4}, {}}}},
                          .bytes = {{"d", std::string("\0x\377", 3)}, {"e", ""}}};

TEST_F(TensorFileTest, WhatIsWrittenIsRead) {
  const fs::path file = directory_.path() / "x.safetensors";
  ASSERT_TRUE(write_tensor_file(file, kExample).ok());
  const auto read = read_tensor_file(file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, kExample);
}

TEST_F(TensorFileTest, ReadsWhatOthersWrite) {
  const std::string one("\0\0\200\77", 4);
  const auto read = read_tensor_file(write(
      R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})",
      std::string(8, '\0') + one + one));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->tensors.size(), 1U) << "whole numbers are left out";
  EXPECT_EQ(read->tensors.at("w").values, (std::vector<float>{1, 1}));
}

TEST_F(TensorFileTest, ReadsBytesOfOthers) {
  const auto read = read_tensor_file(write(
      R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"v":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]}})",
      "abc"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->bytes, (std::map<std::string, std::string>{{"v", "a"}, {"w", "bc"}}));
  EXPECT_TRUE(read->tensors.empty());
}

// The numbers of each file's data, written as bytes in octal, low byte first.
TEST_F(TensorFileTest, NumbersOfTwoBytesBecomeFloats) {
  const auto values = [&](const std::string& dtype, const std::string& data) {
    const auto read =
        read_tensor_file(write(R"({"w":{"dtype":")" + dtype + R"(","shape":[)" + std::to_string(data.size() / 2) +
                                   R"(],"data_offsets":[0,)" + std::to_string(data.size()) + "]}}",
                               data));
    EXPECT_TRUE(read.ok()) << read.error().message;
    return read->tensors.at("w").values;
  };
  // 1, -2.5, the largest, the smallest normal, the largest and the smallest subnormal, -0, infinity
  const std::string halves("\0\74\0\301\377\173\0\4\377\3\1\0\0\200\0\174", 16);
  const std::vector<float> read = values("F16", halves);
  EXPECT_EQ(read, (std::vector<float>{1, -2.5F, 65504, 0x1p-14F, 0x1.ff8p-15F, 0x1p-24F, 0, INFINITY}));
  EXPECT_TRUE(std::signbit(read[6]));
  EXPECT_TRUE(std::isnan(values("F16", std::string("\1\176", 2))[0]));
  // 1, -2.5, 2^100
  EXPECT_EQ(values("BF16", std::string("\200\77\40\300\200\161", 6)), (std::vector<float>{1, -2.5F, 0x1p100F}));
}

TEST_F(TensorFileTest, ErrorsSayWhatIsWrong) {
  const auto message = [](const fs::path& file) {
    const auto read = read_tensor_file(file);
    return read.ok() ? "" : read.error().message;
  };
  EXPECT_THAT(message(directory_.path() / "none"), HasSubstr("none: No such file"));
  EXPECT_THAT(message(write("abc")), HasSubstr("it is cut off"));
  EXPECT_THAT(message(write(std::string(8, '\377'))), HasSubstr("it is cut off"));
  EXPECT_THAT(message(write("[1]", "")), HasSubstr("its header is no JSON object"));
  EXPECT_THAT(message(write(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234")),
              HasSubstr("tensor w: lies outside the file"));
  EXPECT_THAT(message(write(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("tensor w: its bytes do not fit its shape"));
  EXPECT_THAT(message(write(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", "")),
              HasSubstr("its bytes do not fit its shape"));
  EXPECT_THAT(message(write(R"({"w":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("tensor w: its bytes do not fit its shape"));
  EXPECT_THAT(message(write(R"({"w":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("tensor w: its bytes do not fit its shape"));
  EXPECT_THAT(message(write(R"({"w":{"dtype":"F32"}})", "")), HasSubstr("shape"));
  EXPECT_THAT(message(write(R"({"w":5})", "")), HasSubstr("model.safetensors is no intact"));
  const Status unwritable = write_tensor_file(directory_.path() / "no" / "x", kExample);
  ASSERT_FALSE(unwritable.ok());
  EXPECT_THAT(unwritable.error().message, HasSubstr("cannot write"));
}

TEST_F(TensorFileTest, DamageNeverCrashes) {
  const std::uint64_t seed = 8;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const fs::path file = directory_.path() / "x.safetensors";
  ASSERT_TRUE(write_tensor_file(file, kExample).ok());
  std::ifstream stream(file, std::ios::binary);
  const std::string intact{std::istreambuf_iterator<char>(stream), {}};
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    std::string damaged = intact;
    if (random.chance(0.3)) damaged.resize(random.below(damaged.size()));
    for (std::size_t flips = random.below(4); flips-- > 0 && !damaged.empty();) {
      damaged[random.below(damaged.size())] ^= static_cast<char>(1U << random.below(8));
    }
    refused += read_tensor_file(write(damaged)).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 200);
}

TEST(TensorFileFind, SaysWhatDoesNotFit) {
  EXPECT_TRUE(kExample.find("a", {2, 3}).ok());
  EXPECT_TRUE(kExample.find("a", {-1, 3}).ok());
  EXPECT_EQ(kExample.find("a", {3, -1}).error().message, "tensor a has the shape [2, 3], not [3, -1]");
  EXPECT_EQ(kExample.find("a", {6}).error().message, "tensor a has the shape [2, 3], not [6]");
  EXPECT_EQ(kExample.find("z", {6}).error().message, "there is no tensor z");
}

TEST(MetadataDifference, IsTheFirstThatIsNotAsExpected) {
  const TensorFile file{.metadata = {{"a", "1"}, {"b", "2"}, {"other", "3"}}};
  EXPECT_FALSE(metadata_difference(file, {{"a", "1"}, {"b", "2"}}));
  const auto changed = metadata_difference(file, {{"a", "1"}, {"b", "4"}, {"c", "5"}});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->name + " " + changed->actual + " " + changed->expected, "b 2 4");
  const auto missing = metadata_difference(file, {{"c", "5"}});
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->name + " " + missing->actual + " " + missing->expected, "c none 5");
}

}  // namespace
}  // namespace tilecast
