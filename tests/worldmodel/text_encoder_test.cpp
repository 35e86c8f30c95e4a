#include "worldmodel/text_encoder.h"

#include <gtest/gtest.h>

#include "roberta_fixture.h"
#include "test_models.h"

namespace tilecast {
namespace {

constexpr const char* kText = "for i0 in 16:\n s0[i0] = 0f\n";

TensorFile pretrained_file() {
  TensorFile file;
  add_pretrained_encoder(*read_roberta_directory(testing::roberta_directory()), file);
  return file;
}

TEST(TextEncoder, ReadsLines) {
  TensorFile file = testing::random_world_model_file(4);
  const std::vector<float> expected = Encoder::from(file)->encode(program_lines(kText));
  const auto encoder = TextEncoder::from(file);
  ASSERT_TRUE(encoder.ok()) << encoder.error().message;
  EXPECT_EQ(encoder->encode(kText), expected);
  EXPECT_EQ(encoder->latent_width(), expected.size());
  EncoderCache cache;
  EXPECT_EQ(encoder->encode(kText, &cache), expected);
  EXPECT_EQ(cache.lines.size(), 2U);
  file.metadata["encoder"] = "lines";
  EXPECT_TRUE(TextEncoder::from(file).ok());
  file.metadata["encoder"] = "runes";
  EXPECT_EQ(TextEncoder::from(file).error().message, "its encoder is of an unknown kind, runes");
}

TEST(TextEncoder, ReadsWhatOthersTrained) {
  const auto encoder = TextEncoder::from(pretrained_file());
  ASSERT_TRUE(encoder.ok()) << encoder.error().message;
  EXPECT_EQ(encoder->latent_width(), 32U);
  const std::vector<float> expected = RobertaEncoder::read(testing::roberta_directory())->encode(kText);
  EXPECT_EQ(encoder->encode(kText), expected);
  EncoderCache cache;
  EXPECT_EQ(encoder->encode(kText, &cache), expected);
  EXPECT_EQ(encoder->encode(kText, &cache), expected);
  EXPECT_EQ(cache.texts.size(), 1U);
}

TEST(TextEncoder, BringsLatentsDown) {
  TensorFile file = pretrained_file();
  const std::vector<float> whole = TextEncoder::from(file)->encode(kText);
  // The first component, and twice the third plus one.
  Tensor weight{{32, 2}, std::vector<float>(64, 0)};
  weight.values[0] = 1;
  weight.values[5] = 2;
  file.tensors["encoder.latent.weight"] = weight;
  EXPECT_EQ(TextEncoder::from(file).error().message, "there is no tensor encoder.latent.bias");
  file.tensors["encoder.latent.bias"] = {{2}, {0, 1}};
  const auto encoder = TextEncoder::from(file);
  ASSERT_TRUE(encoder.ok()) << encoder.error().message;
  EXPECT_EQ(encoder->latent_width(), 2U);
  const std::vector<float> latent = encoder->encode(kText);
  ASSERT_EQ(latent.size(), 2U);
  EXPECT_FLOAT_EQ(latent[0], whole[0]);
  EXPECT_FLOAT_EQ(latent[1], 2 * whole[2] + 1);
}

TEST(TextEncoder, WithoutAPartIsRefused) {
  TensorFile file = pretrained_file();
  file.metadata.erase("vocab.json");
  EXPECT_EQ(TextEncoder::from(file).error().message, "its metadata has no vocab.json");
}

}  // namespace
}  // namespace tilecast
