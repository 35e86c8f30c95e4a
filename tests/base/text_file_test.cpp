#include "base/text_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/temp_directory.h"

namespace tilecast {
namespace {

TEST(TextFile, HoldsWhatWasWrittenLast) {
  const auto directory = *TempDirectory::create("text_file_test");
  const auto file = directory.path() / "a.txt";
  ASSERT_TRUE(write_text(file, "a longer text\n").ok());
  ASSERT_TRUE(write_text(file, "short\n").ok());
  std::ifstream stream(file, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "short\n");
}

TEST(TextFile, IsReadWhole) {
  const auto directory = *TempDirectory::create("text_file_test");
  const auto file = directory.path() / "a.txt";
  const std::string text("one\r\n\0two", 9);
  ASSERT_TRUE(write_text(file, text).ok());
  EXPECT_EQ(*read_text(file), text);
  ASSERT_TRUE(write_text(file, "").ok());
  EXPECT_EQ(*read_text(file), "");
}

TEST(TextFile, SaysWhyItCannotBeRead) {
  const auto directory = *TempDirectory::create("text_file_test");
  EXPECT_EQ(read_text("/nonexistent/a.txt").error().message,
            "cannot read /nonexistent/a.txt: No such file or directory");
  EXPECT_EQ(read_text(directory.path()).error().message,
            "cannot read " + directory.path().string() + ": Is a directory");
}

TEST(TextFile, SaysWhyItCannotBeWritten) {
  const Status written = write_text("/nonexistent/a.txt", "text");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().message, "cannot write /nonexistent/a.txt: No such file or directory");
}

TEST(TextFile, LinesThatAreEmptyDoNotCount) {
  const auto directory = *TempDirectory::create("text_file_test");
  const auto file = directory.path() / "log";
  ASSERT_TRUE(write_text(file, "\nfirst\nmiddle\n\nlast\n\n").ok());
  EXPECT_EQ(first_line_of(file), "first");
  EXPECT_EQ(last_line_of(file), "last");
  EXPECT_EQ(first_line_of(directory.path() / "none"), "");
  EXPECT_EQ(last_line_of(directory.path() / "none"), "");
}

}  // namespace
}  // namespace tilecast
