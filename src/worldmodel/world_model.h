// WorldModel: encoder and transition of one file, as judges use them, and what judges have learnt on top of them.
#pragma once

#include <filesystem>
#include <memory>

#include "worldmodel/text_encoder.h"
#include "worldmodel/transition.h"
#include "worldmodel/value_head.h"

namespace tilecast {

// Version of what a file holds and how it is computed; raised with every change of either.
inline constexpr int kWorldModelVersion = 2;

// A file with the versions that this program reads, and no tensors yet.
TensorFile new_world_model_file();

// What judges keep in the file of a model: all bytes and metadata whose names begin with "trees"
// (evaluator/tree_evaluator.h). It belongs to the file's encoder and transition.
TensorFile trees_of(const TensorFile& file);
void remove_trees(TensorFile& file);

struct WorldModel {
  TextEncoder encoder;
  Transition transition;
  ValueHead value;
  TensorFile trees = {};  // trees_of the file

  // Errors name the file: no intact file of tensors, a model of another version, one that lacks a part.
  static Result<WorldModel> read(const std::filesystem::path& file);

  // The latents at the end of trajectories, trajectories x transition.latent_width(). `text`: the encoder's latent of
  // the unscheduled program; `features`: those of all actions, one trajectory after the other; `counts`: actions of
  // each.
  std::vector<float> foresee(std::span<const float> text, std::span<const float> features,
                             std::span<const std::uint32_t> counts) const;
};

}  // namespace tilecast
