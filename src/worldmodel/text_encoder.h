// What encodes program texts in a world model: the encoder that training makes (encoder.h), or one that others trained
// (roberta_encoder.h) with its latents brought down to a few components.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "worldmodel/encoder.h"
#include "worldmodel/roberta_encoder.h"

namespace tilecast {

// What was encoded before, by hash: for the one kind of encoder lines, for the other whole texts.
struct EncoderCache {
  LineVectors lines;
  std::unordered_map<std::uint64_t, std::vector<float>> texts;
};

class TextEncoder {
 public:
  TextEncoder(Encoder encoder) : kind_(std::move(encoder)) {}  // NOLINT(google-explicit-constructor)
  // The kind that the metadata "encoder" names: "roberta", or "lines", which files that name none have. The tensors of
  // an Encoder; or those of a RobertaEncoder and, where they are there, the linear layer encoder.latent that its
  // latents go through. Errors name what is missing.
  static Result<TextEncoder> from(const TensorFile& file);

  std::size_t latent_width() const;
  // The latent of a program text. `cache` may be null; it serves one encoder.
  std::vector<float> encode(std::string_view text, EncoderCache* cache = nullptr) const;

 private:
  struct Pretrained {
    RobertaEncoder encoder;
    std::optional<Linear> latent;

    std::size_t latent_width() const { return latent ? latent->outputs() : encoder.width(); }
    std::vector<float> encode(std::string_view text) const;
  };
  static Result<Pretrained> pretrained_from(const TensorFile& file);
  explicit TextEncoder(Pretrained pretrained) : kind_(std::move(pretrained)) {}

  std::variant<Encoder, Pretrained> kind_;
};

// The model that read_roberta_directory returns, as the encoder of a world model's file.
void add_pretrained_encoder(TensorFile roberta, TensorFile& file);

}  // namespace tilecast
