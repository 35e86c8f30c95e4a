#include "base/xz.h"

#include <gtest/gtest.h>

#include <iostream>

#include "base/random.h"

namespace tilecast {
namespace {

// Longer than the buffers in between, and not all the same.
std::string sample_text() {
  std::string text;
  for (int i = 0; i < 60000; ++i) text += std::to_string(i * 7919 % 10007) + '\n';
  return text;
}

TEST(Xz, RoundTrip) {
  for (const std::string& text : {std::string(), std::string("a"), sample_text()}) {
    const auto compressed = compress_xz(text);
    ASSERT_TRUE(compressed.ok()) << compressed.error().message;
    EXPECT_TRUE(is_xz(*compressed));
    const auto back = decompress_xz(*compressed);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(*back, text);
  }
  EXPECT_LT(compress_xz(sample_text())->size(), sample_text().size() / 4);
}

TEST(Xz, TruncatedDataIsAnError) {
  const std::string whole = *compress_xz(sample_text());
  for (std::size_t cut = 6; cut < whole.size(); cut += whole.size() / 50) {
    const auto text = decompress_xz(std::string_view(whole).substr(0, cut));
    ASSERT_FALSE(text.ok()) << "cut at " << cut;
    EXPECT_EQ(text.error().message, "the compressed data ends early: the file was cut off") << "cut at " << cut;
  }
}

TEST(Xz, ChangedBytesAreAnError) {
  const std::string whole = *compress_xz(sample_text());
  const std::uint64_t seed = 3;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  for (int i = 0; i < 50; ++i) {
    std::string changed = whole;
    changed[random.below(changed.size())] ^= static_cast<char>(1 + random.below(255));
    const auto text = decompress_xz(changed);
    EXPECT_FALSE(text.ok()) << "run " << i;
  }
}

TEST(Xz, OtherFilesAreRefused) {
  EXPECT_FALSE(is_xz("{}"));
  EXPECT_FALSE(is_xz(""));
  const auto text = decompress_xz("{\"type\":\"dataset\"}");
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().message, "not an .xz file");
}

}  // namespace
}  // namespace tilecast
