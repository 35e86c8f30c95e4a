// The encoder (worldmodel/encoder.h) as libtorch trains it: many programs at once, with gradients.
#pragma once

#include <span>

#include "worldmodel/program_lines.h"
#include "worldmodel/training/torch_layers.h"

namespace tilecast {

struct EncoderSize {
  std::int64_t width = 64;
  std::int64_t line_layers = 2;
  std::int64_t latent = 32;
};

class EncoderModule {
 public:
  // With random weights from torch's generator.
  explicit EncoderModule(const EncoderSize& size);

  // Latents, programs x latent width. Equal lines are encoded once, under the same dropout.
  torch::Tensor forward(std::span<const ProgramLines> programs, double dropout) const;

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  // Of programs that are about as long: the shorter ones are padded.
  torch::Tensor forward_bucket(const torch::Tensor& lines, std::span<const std::vector<std::int64_t>> programs,
                               double dropout) const;
  torch::Tensor line_vectors(std::span<const std::span<const Token>> lines, double dropout) const;

  EncoderSize size_;
  Parameters parameters_;
};

}  // namespace tilecast
