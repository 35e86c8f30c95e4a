#include "worldmodel/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace tilecast {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  for (const Token& token : tokenize(text)) result.push_back(word_text(token.word));
  return result;
}

std::vector<double> values(std::string_view text) {
  std::vector<double> result;
  for (const Token& token : tokenize(text)) {
    if (word_text(token.word) == "number") result.push_back(token.value);
  }
  return result;
}

double distance(double a, double b) {
  const auto x = number_features(a);
  const auto y = number_features(b);
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) squares += std::pow(static_cast<double>(x[i] - y[i]), 2);
  return std::sqrt(squares);
}

TEST(Tokenizer, ReadsALineOfEachKind) {
  EXPECT_THAT(words("constant in1 float32[64, 3] packed 0:16"),
              ElementsAre("line", "constant", "in:1", "float32", "[", "number", ",", "number", "]", "packed", "number",
                          ":", "number"));
  EXPECT_THAT(words(" vectorized for i7 in 16:\n"),
              ElementsAre("line", "vectorized", "for", "i:7", "in", "number", ":"));
  EXPECT_THAT(words("s0[i1] max= select((a0 <= t12), -inff, 2f)"),
              ElementsAre("line", "s:0", "[", "i:1", "]", "max=", "select", "(", "(", "a:0", "<=", "t:12", ")", ",",
                          "-", "inf", ",", "number", ")"));
}

TEST(Tokenizer, LinesHaveTheirDepth) {
  const auto tokens = tokenize("for i0 in 2:\n   s0[i0] = 1f\n");
  std::vector<double> depths;
  for (const Token& token : tokens) {
    if (word_text(token.word) == "line") depths.push_back(token.value);
  }
  EXPECT_THAT(depths, ElementsAre(0, 3));
}

TEST(Tokenizer, NumbersHaveTheirValueAndSign) {
  EXPECT_THAT(values("(i0*16 - 3)"), ElementsAre(16, 3));
  EXPECT_THAT(values("(-2.5f + -1)"), ElementsAre(-2.5, -1));
  EXPECT_THAT(values("max(1e-05f, 50257)"), ElementsAre(1e-05, 50257));
  EXPECT_THAT(words("(i0 -3)"), ElementsAre("line", "(", "i:0", "-", "number", ")"));
}

TEST(Tokenizer, FunctionsOfOneNameAreOneWord) {
  EXPECT_EQ(words("exp_f32(t0)")[1], words("exp_f32(t1)")[1]);
  EXPECT_THAT(words("exp_f32(t0)")[1], ::testing::StartsWith("function:"));
}

TEST(Tokenizer, TellsNamesFromOtherIdentifiers) {
  const std::vector<std::pair<std::string, ProgramName>> names = {{"in0", {NameKind::kInput, 0}},
                                                                  {"s12", {NameKind::kStage, 12}},
                                                                  {"i70", {NameKind::kLoop, 70}},
                                                                  {"a1", {NameKind::kAxis, 1}},
                                                                  {"t3", {NameKind::kTemporary, 3}}};
  for (const auto& [text, name] : names) {
    EXPECT_EQ(program_name(text), name) << text;
    EXPECT_EQ(name_text(name), text);
  }
  for (const std::string_view other : {"in", "s", "float32", "inff", "i7x", "x7", "exp_f32", "7", ""}) {
    EXPECT_EQ(program_name(other), std::nullopt) << other;
  }
}

TEST(Tokenizer, WhatNoProgramHasIsUnknown) {
  EXPECT_THAT(words("a0 @ \xc3\xa9"), ElementsAre("line", "a:0", "unknown", "unknown", "unknown"));
  EXPECT_EQ(tokenize("@")[1].word, unknown_word());
}

TEST(Tokenizer, EveryWordHasATextOfItsOwn) {
  std::set<std::string> texts;
  for (std::size_t w = 0; w < vocabulary_size(); ++w) texts.insert(word_text(static_cast<std::uint16_t>(w)));
  EXPECT_EQ(texts.size(), vocabulary_size());
  EXPECT_EQ(words("s63"), words("s127")) << "names wrap around";
}

TEST(NumberFeatures, AreNearForNumbersThatAreNear) {
  EXPECT_LT(distance(64, 65), distance(64, 128));
  EXPECT_LT(distance(64, 65), distance(64, 640) / 4);
  EXPECT_LT(distance(1000, 1001), distance(1, 2));
  EXPECT_GT(distance(64, 63), 0);
  EXPECT_GT(distance(3, -3), 0.5);
  EXPECT_GT(distance(0, 1), 0.5);
  for (const double extreme : {0.0, -1e300, 1e-300, static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
    for (const float feature : number_features(extreme)) EXPECT_TRUE(std::isfinite(feature)) << extreme;
  }
}

}  // namespace
}  // namespace tilecast
