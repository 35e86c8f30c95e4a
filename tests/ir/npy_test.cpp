#include "ir/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temp_directory.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

class Npy : public ::testing::Test {
 protected:
  void write(const std::string& content) { std::ofstream(file_, std::ios::binary) << content; }
  std::string read_error() { return read_npy(file_).error().message; }

  TempDirectory directory_ = *TempDirectory::create("npy");
  std::filesystem::path file_ = directory_.path() / "a.npy";
};

TEST_F(Npy, RoundTripKeepsTypeShapeAndBytes) {
  for (const TensorType& type : {TensorType{DataType::kFloat32, {2, 3}}, TensorType{DataType::kInt64, {5}},
                                 TensorType{DataType::kBool, {}}, TensorType{DataType::kUInt8, {0, 4}}}) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(type.bytes()));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
    ASSERT_TRUE(write_npy(file_, type, bytes).ok());
    const auto array = read_npy(file_);
    ASSERT_TRUE(array.ok()) << array.error().message;
    EXPECT_EQ(array->type, type);
    EXPECT_EQ(array->bytes, bytes);
  }
}

TEST_F(Npy, ReadsWhatNumpyWrote) {
  const auto array = read_npy(std::filesystem::path(TILECAST_SOURCE_DIR) / "models/tests/gather/input_ids.npy");
  ASSERT_TRUE(array.ok()) << array.error().message;
  EXPECT_EQ(array->type.dtype, DataType::kInt64);
  EXPECT_EQ(array->bytes.size(), static_cast<std::size_t>(array->type.bytes()));
}

TEST_F(Npy, BadFilesAreExplained) {
  EXPECT_THAT(read_npy("/nowhere.npy").error().message, HasSubstr("/nowhere.npy"));
  write("hello, world");
  EXPECT_THAT(read_error(), HasSubstr("no .npy file"));
  const std::string start("\x93NUMPY\1\0", 8);
  const auto with_header = [&](const std::string& header) {
    write(start + static_cast<char>(header.size()) + '\0' + header);
  };
  with_header("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }");
  EXPECT_THAT(read_error(), HasSubstr("'<c8' is not supported"));
  with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }");
  EXPECT_THAT(read_error(), HasSubstr("Fortran"));
  with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }");
  EXPECT_THAT(read_error(), HasSubstr("shape is damaged"));
  with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }");
  EXPECT_THAT(read_error(), HasSubstr("shape is damaged"));
  with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
  EXPECT_THAT(read_error(), HasSubstr("0 bytes of 12"));
  with_header("{}");
  EXPECT_THAT(read_error(), HasSubstr("header is damaged"));
}

TEST_F(Npy, WritingSaysWhereItFails) {
  const Status status = write_npy("/nowhere/a.npy", {DataType::kFloat32, {}}, std::vector<std::byte>(4));
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("/nowhere/a.npy"));
}

}  // namespace
}  // namespace tilecast
