// The encoder: from a program's text to its latent. A transformer of RoBERTa's kind (Liu et al., arXiv 1907.11692) in
// two stages: tokens attend to the tokens of their line, lines to each other. Against one sequence of tokens that saves
// what grows with the square of a text's length, and lines that were encoded before cost nothing.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "worldmodel/dense.h"
#include "worldmodel/program_lines.h"

namespace tilecast {

inline constexpr std::size_t kEncoderHeads = 4;

// Lines that were encoded before, by their hashes.
using LineVectors = std::unordered_map<std::uint64_t, std::vector<float>>;

class Encoder {
 public:
  // Tensors encoder.*, as training writes them (training/encoder_module.h). Errors name the tensor that is missing or
  // has another shape.
  static Result<Encoder> from(const TensorFile& file);

  std::size_t latent_width() const { return latent_.outputs(); }
  // Programs alike have latents that point in the same direction. `known` may be null.
  std::vector<float> encode(const ProgramLines& lines, LineVectors* known = nullptr) const;

 private:
  std::vector<float> encode_line(const ProgramLine& line) const;

  Tensor words_;           // vocabulary x width
  Tensor numbers_;         // kNumberFeatures x width
  Tensor positions_;       // of a token in its line, x width
  Tensor line_positions_;  // of a line in the program, x width
  TransformerLayer token_layer_;
  std::vector<TransformerLayer> line_layers_;
  LayerNorm final_norm_;
  Linear latent_;
};

}  // namespace tilecast
