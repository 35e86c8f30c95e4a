// RobertaEncoder: a text encoder of RoBERTa's kind (Liu et al., arXiv 1907.11692) that others trained, such as CodeBERT
// (Feng et al., arXiv 2002.08155), with the tokenizer that belongs to it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "worldmodel/bpe_tokenizer.h"
#include "worldmodel/dense.h"

namespace tilecast {

// A transformer layer that normalises after each part: x = norm(x + attention(x)), then x = norm(x + feed-forward(x)).
struct RobertaLayer {
  std::size_t heads = 1;
  Linear query_key_value;  // width -> 3 width, as self_attention takes them
  Linear attention_output;
  LayerNorm attention_norm;
  Linear expand;
  Linear contract;
  LayerNorm feed_forward_norm;

  // x: one sequence, positions x width.
  void apply(std::vector<float>& x) const;
};

// A model's directory as Hugging Face's libraries write it, as one file: the tensors of model.safetensors that the
// encoder needs, each named roberta.* with .weight and .bias, and the texts vocab.json, merges.txt and, where it is
// there, config.json as metadata of these names. Errors name the file that is missing or damaged.
Result<TensorFile> read_roberta_directory(const std::filesystem::path& directory);

class RobertaEncoder {
 public:
  // Of what read_roberta_directory returns; `file` may hold other tensors beside it. Errors name the tensor that is
  // missing or has another shape, or the text that is wrong.
  static Result<RobertaEncoder> from(const TensorFile& file);
  static Result<RobertaEncoder> read(const std::filesystem::path& directory);

  std::size_t width() const { return token_norm_.weight.values.size(); }
  // Of a text; those of CodeBERT have 512. What is longer is cut off.
  std::size_t most_tokens() const { return positions_.values.size() / width(); }
  std::vector<std::uint32_t> tokens(std::string_view text) const { return tokenizer_.encode(text, most_tokens()); }
  // The last layer's, tokens x width. At most most_tokens() tokens, none above the vocabulary's largest.
  std::vector<float> hidden_states(std::span<const std::uint32_t> tokens) const;
  // The mean of the last hidden states of a text's tokens.
  std::vector<float> encode(std::string_view text) const;

 private:
  Status read_embeddings(const TensorFile& file, std::int64_t width, float epsilon);

  BpeTokenizer tokenizer_;
  Tensor words_;      // vocabulary x width
  Tensor positions_;  // most_tokens() x width: of a token's position, and of the type that all tokens have
  LayerNorm token_norm_;
  std::vector<RobertaLayer> layers_;
};

}  // namespace tilecast
