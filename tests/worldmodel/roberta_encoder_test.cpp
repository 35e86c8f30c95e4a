#include "worldmodel/roberta_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temp_directory.h"
#include "base/text_file.h"
#include "roberta_fixture.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr float kTolerance = 2e-5F;

void expect_near(std::span<const float> actual, std::span<const float> expected, const std::string& text) {
  ASSERT_EQ(actual.size(), expected.size()) << text;
  for (std::size_t i = 0; i < actual.size(); ++i) ASSERT_NEAR(actual[i], expected[i], kTolerance) << text << ", " << i;
}

// A copy of the fixture, to be changed.
class RobertaEncoderTest : public ::testing::Test {
 protected:
  RobertaEncoderTest() { fs::copy(testing::roberta_directory(), path()); }
  fs::path path() const { return directory_.path() / "model"; }
  TensorFile tensors() const { return *read_tensor_file(testing::roberta_directory() / "model.safetensors"); }
  void write(const TensorFile& file) const { ASSERT_TRUE(write_tensor_file(path() / "model.safetensors", file).ok()); }
  void write_config(const std::string& text) const { ASSERT_TRUE(write_text(path() / "config.json", text).ok()); }
  // The same tensors under other names.
  template <class Rename>
  void rename(const Rename& rename) const {
    TensorFile renamed;
    for (const auto& [name, tensor] : tensors().tensors) renamed.tensors[rename(name)] = tensor;
    write(renamed);
  }
  std::string message() const {
    const auto encoder = RobertaEncoder::read(path());
    return encoder.ok() ? "" : encoder.error().message;
  }
  void expect_as_expected() const {
    const auto encoder = RobertaEncoder::read(path());
    ASSERT_TRUE(encoder.ok()) << encoder.error().message;
    int compared = 0;
    for (const testing::ExpectedText& expected : testing::expected_texts()) {
      if (expected.mean.empty()) continue;
      ++compared;
      expect_near(encoder->encode(expected.text), expected.mean, expected.text);
      if (expected.states.empty()) continue;
      expect_near(encoder->hidden_states(expected.tokens), expected.states, expected.text);
    }
    EXPECT_GT(compared, 20);
  }

 private:
  TempDirectory directory_ = *TempDirectory::create("roberta_encoder_test");
};

TEST_F(RobertaEncoderTest, ComputesWhatHuggingFaceDoes) {
  expect_as_expected();
  const auto encoder = RobertaEncoder::read(path());
  EXPECT_EQ(encoder->width(), 32U);
  EXPECT_EQ(encoder->most_tokens(), 64U);
}

TEST_F(RobertaEncoderTest, ReadsTheNamesOfAWholeModel) {
  TensorFile whole;
  for (const auto& [name, tensor] : tensors().tensors) whole.tensors["roberta." + name] = tensor;
  whole.tensors["lm_head.dense.bias"] = {{1}, {5}};
  write(whole);
  expect_as_expected();
  EXPECT_FALSE(read_roberta_directory(path())->tensors.contains("lm_head.dense.bias"));
}

TEST_F(RobertaEncoderTest, ReadsOldNamesOfNormalisations) {
  rename([](std::string name) {
    if (name.ends_with("LayerNorm.weight")) name.replace(name.rfind('.'), std::string::npos, ".gamma");
    if (name.ends_with("LayerNorm.bias")) name.replace(name.rfind('.'), std::string::npos, ".beta");
    return name;
  });
  expect_as_expected();
}

TEST_F(RobertaEncoderTest, TheConfigSaysHowManyHeads) {
  const std::string text = "for i0 in 16:";
  const std::vector<float> four_heads = RobertaEncoder::read(path())->encode(text);
  write_config(R"({"num_attention_heads": 2})");
  const std::vector<float> two_heads = RobertaEncoder::read(path())->encode(text);
  EXPECT_GT(std::abs(four_heads[0] - two_heads[0]), 10 * kTolerance);
  write_config(R"({"num_attention_heads": 4, "layer_norm_eps": 1.0})");
  EXPECT_GT(std::abs(four_heads[0] - RobertaEncoder::read(path())->encode(text)[0]), 10 * kTolerance);
  fs::remove(path() / "config.json");
  EXPECT_THAT(message(), EndsWith("model: config.json: 0 attention heads do not divide a width of 32"));
}

TEST_F(RobertaEncoderTest, ConfigsThatDoNotFitAreRefused) {
  write_config("[]");
  EXPECT_THAT(message(), EndsWith("model: config.json is no JSON object"));
  write_config(R"({"num_attention_heads": 5})");
  EXPECT_THAT(message(), HasSubstr("5 attention heads do not divide a width of 32"));
  write_config(R"({"num_attention_heads": "many"})");
  EXPECT_THAT(message(), HasSubstr("config.json: "));
  write_config(R"({"num_attention_heads": 4, "num_hidden_layers": 12})");
  EXPECT_THAT(message(), HasSubstr("num_hidden_layers is 12, there are tensors of 2"));
  write_config(R"({"num_attention_heads": 4, "hidden_act": "relu"})");
  EXPECT_THAT(message(), HasSubstr("config.json: hidden_act is relu, only gelu is known"));
}

TEST_F(RobertaEncoderTest, TensorsThatDoNotFitAreNamed) {
  TensorFile file = tensors();
  file.tensors.erase("encoder.layer.1.output.dense.bias");
  write(file);
  EXPECT_THAT(message(), EndsWith("model: there is no tensor roberta.encoder.layer.1.output.dense.bias"));
  file = tensors();
  file.tensors["encoder.layer.0.attention.self.key.weight"].shape = {16, 64};
  write(file);
  EXPECT_THAT(
      message(),
      HasSubstr("tensor roberta.encoder.layer.0.attention.self.key.weight has the shape [16, 64], not [32, 32]"));
  file = tensors();
  Tensor& words = file.tensors["embeddings.word_embeddings.weight"];
  words.values.resize(100 * 32);
  words.shape = {100, 32};
  write(file);
  EXPECT_THAT(message(), HasSubstr("there are 100 word embeddings"));
  file = tensors();
  file.tensors["embeddings.position_embeddings.weight"] = {{3, 32}, std::vector<float>(96)};
  write(file);
  EXPECT_THAT(message(), HasSubstr("3 position embeddings and 1 token types are too few"));
  std::erase_if(file.tensors, [](const auto& entry) { return entry.first.starts_with("encoder."); });
  write(file);
  EXPECT_THAT(message(), HasSubstr("there are no tensors roberta.encoder.layer.0.*"));
  write({});
  EXPECT_THAT(message(), HasSubstr("there is no tensor roberta.embeddings.LayerNorm.weight"));
}

TEST_F(RobertaEncoderTest, FilesThatAreMissingOrCutOffAreNamed) {
  fs::resize_file(path() / "model.safetensors", 100'000);
  EXPECT_THAT(message(), HasSubstr("model/model.safetensors is no intact safetensors file"));
  fs::resize_file(path() / "vocab.json", 1000);
  fs::remove(path() / "model.safetensors");
  EXPECT_THAT(message(), HasSubstr("cannot read"));
  EXPECT_THAT(message(), EndsWith("model/model.safetensors: No such file or directory"));
  write(tensors());
  EXPECT_THAT(message(), EndsWith("model: vocab.json is no JSON object"));
  fs::remove(path() / "merges.txt");
  EXPECT_THAT(message(), EndsWith("model/merges.txt: No such file or directory"));
  fs::remove_all(path());
  EXPECT_THAT(message(), EndsWith("model/vocab.json: No such file or directory"));
}

TEST_F(RobertaEncoderTest, IsReadFromOneFile) {
  const TensorFile file = *read_roberta_directory(path());
  const fs::path one = path() / "one.safetensors";
  ASSERT_TRUE(write_tensor_file(one, file).ok());
  const auto encoder = RobertaEncoder::from(*read_tensor_file(one));
  ASSERT_TRUE(encoder.ok()) << encoder.error().message;
  EXPECT_EQ(encoder->encode("for"), RobertaEncoder::read(path())->encode("for"));
  TensorFile without = file;
  without.metadata.erase("merges.txt");
  EXPECT_EQ(RobertaEncoder::from(without).error().message, "its metadata has no merges.txt");
}

}  // namespace
}  // namespace tilecast
