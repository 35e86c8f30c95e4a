#include "base/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace tilecast {
namespace {

TEST(TempDirectory, GoesAwayWithItsContents) {
  std::filesystem::path path;
  {
    auto directory = TempDirectory::create("temp-directory-test");
    ASSERT_TRUE(directory.ok()) << directory.error().message;
    path = directory->path();
    std::filesystem::create_directory(path / "inner");
    std::ofstream(path / "inner" / "file") << "text";
    EXPECT_TRUE(std::filesystem::exists(path / "inner" / "file"));
    const TempDirectory moved = std::move(*directory);
    EXPECT_EQ(moved.path(), path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TempDirectory, MissingParentIsAnError) {
  const char* before = std::getenv("TMPDIR");
  const std::string saved = before != nullptr ? before : "";
  setenv("TMPDIR", "/nowhere", 1);
  const auto directory = TempDirectory::create("x");
  if (before != nullptr) {
    setenv("TMPDIR", saved.c_str(), 1);
  } else {
    unsetenv("TMPDIR");
  }
  ASSERT_FALSE(directory.ok());
  EXPECT_THAT(directory.error().message, testing::HasSubstr("set TMPDIR"));
}

}  // namespace
}  // namespace tilecast
