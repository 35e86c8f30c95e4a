#include "worldmodel/text_encoder.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace tilecast {
namespace {

constexpr const char* kKindKey = "encoder";
constexpr const char* kLines = "lines";
constexpr const char* kRoberta = "roberta";

}  // namespace

std::vector<float> TextEncoder::Pretrained::encode(std::string_view text) const {
  const std::vector<float> mean = encoder.encode(text);
  return latent ? latent->apply(mean) : mean;
}

Result<TextEncoder::Pretrained> TextEncoder::pretrained_from(const TensorFile& file) {
  TILECAST_TRY(RobertaEncoder roberta, RobertaEncoder::from(file));
  Pretrained pretrained{std::move(roberta), std::nullopt};
  if (file.tensors.contains("encoder.latent.weight")) {
    const auto width = static_cast<std::int64_t>(pretrained.encoder.width());
    TILECAST_TRY(pretrained.latent, linear_from(file, "encoder.latent", width, -1));
  }
  return pretrained;
}

Result<TextEncoder> TextEncoder::from(const TensorFile& file) {
  const auto kind = file.metadata.find(kKindKey);
  if (kind == file.metadata.end() || kind->second == kLines) {
    TILECAST_TRY(Encoder encoder, Encoder::from(file));
    return TextEncoder(std::move(encoder));
  }
  if (kind->second != kRoberta) return Error{fmt::format("its encoder is of an unknown kind, {}", kind->second)};
  TILECAST_TRY(Pretrained pretrained, pretrained_from(file));
  return TextEncoder(std::move(pretrained));
}

std::size_t TextEncoder::latent_width() const {
  return std::visit([](const auto& encoder) { return encoder.latent_width(); }, kind_);
}

std::vector<float> TextEncoder::encode(std::string_view text, EncoderCache* cache) const {
  if (const auto* encoder = std::get_if<Encoder>(&kind_)) {
    return encoder->encode(program_lines(text), cache != nullptr ? &cache->lines : nullptr);
  }
  const auto& pretrained = std::get<Pretrained>(kind_);
  if (cache == nullptr) return pretrained.encode(text);
  std::vector<float>& latent = cache->texts[stable_hash(text)];
  if (latent.empty()) latent = pretrained.encode(text);
  return latent;
}

void add_pretrained_encoder(TensorFile roberta, TensorFile& file) {
  file.tensors.merge(roberta.tensors);
  file.metadata.merge(roberta.metadata);
  file.metadata[kKindKey] = kRoberta;
}

}  // namespace tilecast
