#include "worldmodel/bpe_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "base/random.h"
#include "base/text_file.h"
#include "roberta_fixture.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kVocabulary =
    R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "b": 5, "c": 6, "\u0120": 7,
    "ab": 8, "bc": 9, "abc": 10, "\u0120a": 11, "#": 12, "##": 13})";

std::vector<std::uint32_t> encoded(const std::string& merges, std::string_view text, std::size_t most = 100) {
  const auto tokenizer = BpeTokenizer::from(kVocabulary, merges);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  return tokenizer->encode(text, most);
}

std::string message(const std::string& vocabulary, const std::string& merges) {
  const auto tokenizer = BpeTokenizer::from(vocabulary, merges);
  return tokenizer.ok() ? "" : tokenizer.error().message;
}

BpeTokenizer fixture_tokenizer() {
  const auto directory = testing::roberta_directory();
  return *BpeTokenizer::from(*read_text(directory / "vocab.json"), *read_text(directory / "merges.txt"));
}

TEST(PreTokenize, SplitsAsGpt2Does) {
  EXPECT_THAT(pre_tokenize("for i12 in 3:\n"), ElementsAre("for", " i", "12", " in", " 3", ":", "\n"));
  EXPECT_THAT(pre_tokenize("we'll don't''s 'd"), ElementsAre("we", "'ll", " don", "'t", "''", "s", " '", "d"));
  EXPECT_THAT(pre_tokenize("a   b\n\n c \n"), ElementsAre("a", "  ", " b", "\n\n", " c", " \n"));
  EXPECT_THAT(pre_tokenize("\tx  "), ElementsAre("\t", "x", "  "));
  EXPECT_THAT(pre_tokenize("\xc3\xa9t\xc3\xa9 += 2"), ElementsAre("\xc3\xa9t\xc3\xa9", " +=", " 2"));
  EXPECT_THAT(pre_tokenize(""), IsEmpty());
}

TEST(BpeTokenizer, MergesTheFirstPairFirst) {
  EXPECT_THAT(encoded("#version: 0.2\na b\nb c\n", "abc"), ElementsAre(0, 8, 6, 2));
  EXPECT_THAT(encoded("#version: 0.2\nb c\na b\n", "abc"), ElementsAre(0, 4, 9, 2));
  EXPECT_THAT(encoded("b c\na bc", "abc abc"), ElementsAre(0, 10, 7, 10, 2)) << "no version, no last line's end";
  EXPECT_THAT(encoded("\xc4\xa0 a\n# #\n", "a a##"), ElementsAre(0, 4, 11, 13, 2));
}

TEST(BpeTokenizer, CutsAndCountsWhatItDoesNotKnow) {
  EXPECT_THAT(encoded("a b\n", "abcabc", 4), ElementsAre(0, 8, 6, 2));
  EXPECT_THAT(encoded("a b\n", "abcabc", 2), ElementsAre(0, 2));
  EXPECT_THAT(encoded("a b\n", "axy"), ElementsAre(0, 4, 3, 3, 2));
}

TEST(BpeTokenizer, GivesTheTokensOfHuggingFace) {
  const BpeTokenizer tokenizer = fixture_tokenizer();
  EXPECT_EQ(tokenizer.padding(), 1U);
  std::size_t longest = 0;
  for (const testing::ExpectedText& expected : testing::expected_texts()) {
    EXPECT_EQ(tokenizer.encode(expected.text, 64), expected.tokens) << expected.text;
    longest = std::max(longest, expected.tokens.size());
  }
  EXPECT_EQ(longest, 64U) << "no text is cut";
}

TEST(BpeTokenizer, PiecesMakeUpAnyText) {
  const std::uint64_t seed = 12;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const BpeTokenizer tokenizer = fixture_tokenizer();
  for (int i = 0; i < 300; ++i) {
    std::string text(random.below(60), ' ');
    for (char& character : text) character = static_cast<char>(random.below(random.chance(0.5) ? 128 : 256));
    std::string joined;
    for (const std::string_view piece : pre_tokenize(text)) {
      ASSERT_FALSE(piece.empty());
      joined += piece;
    }
    EXPECT_EQ(joined, text);
    const auto tokens = tokenizer.encode(text, 64);
    EXPECT_LE(tokens.size(), std::min<std::size_t>(text.size() + 2, 64));
    EXPECT_EQ(tokens.back(), 2U);
  }
}

TEST(BpeTokenizer, ErrorsNameTheFile) {
  EXPECT_EQ(message("[1]", "a b\n"), "vocab.json is no JSON object");
  EXPECT_EQ(message("{", "a b\n"), "vocab.json is no JSON object");
  EXPECT_EQ(message(R"({"<s>": "x"})", ""), "vocab.json: \"x\" is no number of a token: '<s>'");
  EXPECT_EQ(message(R"({"<s>": -1})", ""), "vocab.json: -1 is no number of a token: '<s>'");
  EXPECT_EQ(message(R"({"<s>": 0, "<pad>": 1, "<unk>": 3})", "a b\n"), "vocab.json has no token </s>");
  EXPECT_EQ(message(kVocabulary, "a b\nabc\n"), "merges.txt, line 2: 'abc' is no pair of tokens");
  EXPECT_EQ(message(kVocabulary, "a b c\n"), "merges.txt, line 1: 'a b c' is no pair of tokens");
  EXPECT_EQ(message(kVocabulary, "#version: 0.2\na x\n"), "merges.txt, line 2: 'x' is not in vocab.json");
  EXPECT_EQ(message(kVocabulary, "a c\n"), "merges.txt, line 1: 'ac' is not in vocab.json");
  EXPECT_EQ(message(kVocabulary, "#version: 0.2\n"), "merges.txt has no merges");
}

}  // namespace
}  // namespace tilecast
