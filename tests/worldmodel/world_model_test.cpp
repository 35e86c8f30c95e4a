#include "worldmodel/world_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_directory.h"

namespace tilecast {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class WorldModelTest : public ::testing::Test {
 protected:
  std::string message(const TensorFile& tensors) {
    const auto file = directory_.path() / "model";
    EXPECT_TRUE(write_tensor_file(file, tensors).ok());
    const auto model = WorldModel::read(file);
    return model.ok() ? "" : model.error().message;
  }
  TempDirectory directory_ = *TempDirectory::create("world_model_test");
};

TEST_F(WorldModelTest, OfAnotherVersionIsRefused) {
  TensorFile file = new_world_model_file();
  file.metadata["tokenizer_version"] = "0";
  EXPECT_THAT(message(file),
              AllOf(HasSubstr("has tokenizer_version 0, this program reads 1"), HasSubstr("train it anew")));
  file.metadata.erase("tokenizer_version");
  EXPECT_THAT(message(file), HasSubstr("has tokenizer_version none"));
}

TEST_F(WorldModelTest, WithoutAPartIsRefused) {
  EXPECT_THAT(message(new_world_model_file()), HasSubstr("model: there is no tensor encoder.words"));
}

TEST_F(WorldModelTest, ThatIsNotThere) {
  const auto model = WorldModel::read(directory_.path() / "none");
  ASSERT_FALSE(model.ok());
  EXPECT_THAT(model.error().message, HasSubstr("none: No such file"));
}

}  // namespace
}  // namespace tilecast
